"""DRF's pagination seam for v2: a bare array, paged by `Link` only (contract, section 6)."""

from dataclasses import dataclass
from typing import Any

import orjson
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from orders.polling.fields import MAX_PAGE_SIZE
from orders.polling.pages import NamedRows, Rows, next_link
from orders.v2.legacy import legacy_order


@dataclass(frozen=True)
class LegacyArray:
    """Orders as v2 sees them, or rows that say what is missing, as JSON texts."""

    texts: list[str]

    def body(self) -> str:
        return f"[{','.join(self.texts)}]"


class LegacyFeedPagination(BasePagination):
    """The same keyset pages as v3, each order converted."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        self.request = request
        sizes = view.parameters
        return Rows.fetch(queryset, sizes.get("pageSize") or sizes.get("page_size") or MAX_PAGE_SIZE)

    def get_paginated_response(self, data: Any) -> Response:
        rows: Rows = data
        headers = {"ETag": rows.etag}
        if rows.has_more and rows.newest:
            name = "since" if "since" in self.request.query_params else "updatedSince"
            headers["Link"] = next_link(self.request, name, rows.newest)
        return Response(LegacyArray([legacy_text(document) for document in rows.documents]), headers=headers)


class LegacyOrdersById(BasePagination):
    """A row for every id, found or not."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        return NamedRows.fetch(queryset, view.parameters["id"])

    def get_paginated_response(self, data: Any) -> Response:
        rows: NamedRows = data
        texts = [
            text
            for order_id, documents in rows.documents.items()
            for text in ([legacy_text(document) for document in documents] or [_not_found(order_id)])
        ]
        return Response(LegacyArray(texts), headers={"ETag": rows.etag})


def legacy_text(document: str) -> str:
    """The v2 JSON of a stored v3 document."""
    return orjson.dumps(legacy_order(orjson.loads(document))).decode()


def _not_found(order_id: str) -> str:
    row = {"orderId": order_id, "error": {"code": 404, "message": "Not Found"}}
    return orjson.dumps(row).decode()
