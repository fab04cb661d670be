"""The bodies of v3 (contract, section 4). Stored documents are joined, not parsed."""

from datetime import datetime

import orjson

from orders.feed import Page
from orders.polling.pagination import FeedPagination, OrdersById
from orders.question import Question
from wire.times import format_time


class V3FeedPagination(FeedPagination):
    """A page says what was asked for, and what to ask for next."""

    def body(self, question: Question, page: Page[bytes], newest: str | None) -> bytes:
        since = _text(question.since)
        window = {"updatedSince": since, "updatedUntil": _text(question.until)}
        tail = {"hasMore": page.has_more, "nextUpdatedSince": newest or since}
        head = b'{"window":%b,"orders":[' % orjson.dumps(window)
        return b"%b%b],%b" % (head, b",".join(page.items), orjson.dumps(tail)[1:])


class V3OrdersById(OrdersById):
    """The orders, the ids that are not there and, if there are any, the ids that did not fit."""

    def body(self, found: dict[str, list[bytes]], not_shown: list[str]) -> bytes:
        orders = b",".join(document for documents in found.values() for document in documents)
        missing = [order_id for order_id, documents in found.items() if not documents]
        tail = {"notFound": missing} | ({"notShown": not_shown} if not_shown else {})
        return b'{"orders":[%b],%b' % (orders, orjson.dumps(tail)[1:])


def _text(time: datetime | None) -> str | None:
    return format_time(time) if time else None
