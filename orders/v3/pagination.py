"""DRF's pagination seam for v3: bodies, `Link`, `ETag` (contract, sections 4 and 5)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from orders.polling.fields import MAX_PAGE_SIZE
from orders.polling.pages import NamedRows, Rows, next_link
from wire.times import format_time


@dataclass(frozen=True)
class Page:
    """A page of the feed; the stored documents are joined, not parsed."""

    since: datetime | None
    until: datetime | None
    rows: Rows

    def body(self) -> str:
        window = {"updatedSince": _text(self.since), "updatedUntil": _text(self.until)}
        tail = {"hasMore": self.rows.has_more, "nextUpdatedSince": self.rows.newest or _text(self.since)}
        return (
            f'{{"window":{orjson.dumps(window).decode()},"orders":[{",".join(self.rows.documents)}],'
            f"{orjson.dumps(tail).decode()[1:]}"
        )


class FeedPagination(BasePagination):
    """Keyset pages on the one column that orders the feed."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        self.request, self.parameters = request, view.parameters
        return Rows.fetch(queryset, view.parameters.get("pageSize", MAX_PAGE_SIZE))

    def get_paginated_response(self, data: Any) -> Response:
        rows: Rows = data
        headers = {"ETag": rows.etag}
        if rows.has_more and rows.newest:
            headers["Link"] = next_link(self.request, "updatedSince", rows.newest)
        page = Page(self.parameters.get("updatedSince"), self.parameters.get("updatedUntil"), rows)
        return Response(page, headers=headers)


@dataclass(frozen=True)
class NamedOrders:
    """The orders that were asked for by id, in that order, and the ids that are not there."""

    documents: dict[str, list[str]]

    def body(self) -> str:
        found = ",".join(text for texts in self.documents.values() for text in texts)
        missing = [order_id for order_id, texts in self.documents.items() if not texts]
        return f'{{"orders":[{found}],"notFound":{orjson.dumps(missing).decode()}}}'


class OrdersById(BasePagination):
    """All in one answer: there are at most ten ids."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        return NamedRows.fetch(queryset, view.parameters["id"])

    def get_paginated_response(self, data: Any) -> Response:
        rows: NamedRows = data
        return Response(NamedOrders(rows.documents), headers={"ETag": rows.etag})


def _text(time: datetime | None) -> str | None:
    return format_time(time) if time else None
