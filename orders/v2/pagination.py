"""The bodies of v2: bare arrays, paged by `Link` only (contract, section 6)."""

from typing import Any, ClassVar

import orjson
from django.http import HttpResponse

from orders.feed import Page
from orders.polling.pagination import FeedPagination, OrdersById, json_response
from orders.question import Question
from orders.v2.legacy import legacy_order


class LegacyFeedPagination(FeedPagination):
    """The same keyset pages as v3, each order converted."""

    since_names: ClassVar[tuple[str, ...]] = ("since", "updatedSince")

    def write(
        self, question: Question, page: Page[bytes], newest: str | None, headers: dict[str, str]
    ) -> HttpResponse:
        return json_response(b"[%b]" % b",".join(map(legacy_text, page.items)), headers)


class LegacyOrdersById(OrdersById):
    """A row for every order found, and one for every id that is not there or did not fit."""

    def body(self, found: dict[str, list[bytes]], not_shown: list[str]) -> bytes:
        rows = [
            row
            for order_id, documents in found.items()
            for row in ([legacy_text(document) for document in documents] or [_missing(order_id, 404)])
        ]
        rows += [_missing(order_id, 413) for order_id in not_shown]
        return b"[%b]" % b",".join(rows)


MESSAGES = {404: "Not Found", 413: "Not Shown: ask again, for fewer orders"}
"""Why a row has no order; an order that did not fit is found by asking again."""


def legacy_text(document: bytes) -> bytes:
    """The v2 JSON of a stored v3 document."""
    return orjson.dumps(legacy_order(orjson.loads(document)))


def missing_row(order_id: str, code: int) -> dict[str, Any]:
    """The row in place of an order that is not shown, for the reason `code`: 404 or 413."""
    return {"orderId": order_id, "error": {"code": code, "message": MESSAGES[code]}}


def _missing(order_id: str, code: int) -> bytes:
    return orjson.dumps(missing_row(order_id, code))
