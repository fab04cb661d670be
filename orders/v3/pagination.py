"""The bodies of v3 (contract, section 4). Stored documents are joined, not parsed."""

from datetime import datetime
from typing import ClassVar, Literal

import orjson
from django.http import HttpRequest, HttpResponse

from orders import fragments
from orders.feed import Page
from orders.forms import Form
from orders.polling.pagination import FeedPagination, OrdersById, json_response
from orders.question import Question
from wire.encoding import MIN_GZIP_BYTES, accepts_gzip
from wire.refusals import BadParameters, ParameterError
from wire.times import format_time


class V3FeedPagination(FeedPagination):
    """A page says what was asked for, and what to ask for next."""

    tells_gap: ClassVar[bool] = True

    def form(self, request: HttpRequest) -> Literal[Form.TEXT, Form.GZIP]:
        """Who takes gzip gets the fragments joined, which costs less than the plain text."""
        return Form.GZIP if accepts_gzip(request.META.get("HTTP_ACCEPT_ENCODING", "")) else Form.TEXT

    def write(
        self, question: Question, page: Page[bytes], newest: str | None, headers: dict[str, str]
    ) -> HttpResponse:
        since = _text(question.since)
        window = {"updatedSince": since, "updatedUntil": _text(question.until)}
        tail = {"hasMore": page.has_more, "nextUpdatedSince": newest or since}
        before = b'{"window":%b,"orders":[' % orjson.dumps(window)
        after = b"],%b" % orjson.dumps(tail)[1:]
        documents = page.items
        if page.form is Form.GZIP:
            joined = fragments.join(before, page.items, after)
            if joined.length >= MIN_GZIP_BYTES:
                return json_response(joined.body, headers | {"Content-Encoding": "gzip"})
            documents = [fragments.read(fragment).document for fragment in page.items]
        return json_response(b"%b%b%b" % (before, b",".join(documents), after), headers)


class V3OrdersById(OrdersById):
    """The orders, the ids that are not there and, if there are any, the ids that did not fit."""

    def check(self, found: dict[str, list[bytes]]) -> None:
        """An id with a comma that no order has was meant as a list."""
        errors = [
            ParameterError(
                "id",
                "has a comma, and no order has this id; repeat the parameter",
                "&id=".join(filter(None, order_id.split(","))),
            )
            for order_id, documents in found.items()
            if "," in order_id and not documents
        ]
        if errors:
            raise BadParameters(errors)

    def body(self, found: dict[str, list[bytes]], not_shown: list[str]) -> bytes:
        orders = b",".join(document for documents in found.values() for document in documents)
        missing = [order_id for order_id, documents in found.items() if not documents]
        tail = {"notFound": missing} | ({"notShown": not_shown} if not_shown else {})
        return b'{"orders":[%b],%b' % (orders, orjson.dumps(tail)[1:])


def _text(time: datetime | None) -> str | None:
    return format_time(time) if time else None
