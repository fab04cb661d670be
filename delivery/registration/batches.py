"""The batches of a subscription: the list, and the files byte for byte (contract, section 9)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.http import StreamingHttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from delivery.files.naming import time_or_none
from delivery.files.stored import pieces
from delivery.models import Batch, Subscription
from delivery.registration.lists import PAGE, number_of
from delivery.registration.refusals import BatchErased, BatchRemoved, NoSuchBatch
from delivery.registration.view import SubscriptionsView
from wire.encoding import accepts_gzip
from wire.times import format_time

CSV, GZIP = "text/csv; charset=utf-8; header=present", "application/gzip"


class BatchList(SubscriptionsView):
    """What was made, newest first."""

    http_method_names = ["get", "head", "options"]
    parameters = ("before",)

    def get(self, request: Request, **kwargs: Any) -> Response:
        return Response(batches(self.one(), request.query_params))


class OneBatch(SubscriptionsView):
    """The file as it is sent."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: Request, **kwargs: Any) -> StreamingHttpResponse:
        """With the stored bytes for whoever takes gzip, which are the same file compressed."""
        accepted = accepts_gzip(request.headers.get("Accept-Encoding", ""))
        return file_of(kept_batch(self.one(), self.kwargs["number"]), encode=accepted)


def kept_batch(row: Subscription, number: str) -> Batch:
    """The batch of this number. Raises NoSuchBatch, BatchErased and BatchRemoved."""
    is_number = number.isascii() and number.isdigit() and len(number) < 19
    batch = row.batches.filter(number=int(number)).first() if is_number else None
    if batch is None:
        raise NoSuchBatch
    if batch.removed_time:
        raise BatchErased if batch.erased else BatchRemoved
    return batch


def file_of(batch: Batch, *, encode: bool) -> StreamingHttpResponse:
    """The answer with the file, byte for byte as it is sent; `encode`: in gzip on the way."""
    is_encoded = encode and not batch.is_compressed
    content = list(pieces(batch, inflate=not batch.is_compressed and not is_encoded))
    answer = StreamingHttpResponse(content, content_type=GZIP if batch.is_compressed else CSV)
    answer["Content-Disposition"] = f'attachment; filename="{batch.name}"'
    answer["Content-Length"] = str(sum(map(len, content)))
    if is_encoded:
        answer["Content-Encoding"] = "gzip"
    return answer


def batches(row: Subscription, query: Mapping[str, str]) -> dict[str, Any]:
    """Batches, newest first."""
    before = number_of(query, "before")
    found = row.batches.order_by("-number")
    rows = list((found if before is None else found.filter(number__lt=before))[: PAGE + 1])
    shown = rows[:PAGE]
    return {
        "batches": [batch_shown(batch) for batch in shown],
        "nextBefore": str(shown[-1].number) if len(rows) > PAGE else None,
    }


def batch_shown(batch: Batch) -> dict[str, Any]:
    """One batch as it is shown."""
    return {
        "number": batch.number,
        "name": batch.name,
        "since": time_or_none(batch.since),
        "until": time_or_none(batch.until),
        "orders": batch.orders,
        "rows": batch.rows,
        "bytes": batch.size,
        "sha256": batch.sha256,
        "madeTime": _text(batch.made_time),
        "deliveredTime": _text(batch.delivered_time),
        "tries": batch.tries,
    }


def _text(time: datetime | None) -> str | None:
    return format_time(time.astimezone(UTC)) if time else None
