"""Files that hold an order that was erased: removed, or emptied where they are not delivered yet."""

import csv
import io
import tempfile
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import IO, cast

from django.db import transaction
from django.db.models import Q

from delivery.changes import touch
from delivery.files import cells
from delivery.files.draft import IN_MEMORY, Draft
from delivery.files.keeping import remove_bytes
from delivery.files.layouts import header
from delivery.files.naming import name_of
from delivery.files.stored import pieces
from delivery.models import Batch, BatchPart, Subscription

BOM = b"\xef\xbb\xbf"
MAX_CELL = 16 * 1024 * 1024
"""Of the ids of an order's shipments, which stand in one cell."""
CHANNEL, ORDER = 0, 2
"""Columns of every layout."""


def erase_from_batches(
    channel_id: str, order_id: str, updated_time: datetime | None, on_progress: Callable[[int], None]
) -> tuple[int, int]:
    """How many files were removed, and how many emptied. `on_progress` gets the number that were looked at.

    An order that was given to another partner may be in files of the one before, so those of all partners are
    looked at. Only windows that begin after its last change are not.
    """
    kept = Batch.objects.filter(removed_time=None).order_by("pk")
    kept = kept.filter(
        Q(subscription__kind="channel", subscription__identifier=channel_id) | Q(subscription__kind="partner")
    )
    if updated_time:
        kept = kept.filter(since__lt=updated_time)
    counts = {"removed": 0, "emptied": 0}
    for number, pk in enumerate(list(kept.values_list("pk", flat=True)), 1):
        batch = Batch.objects.get(pk=pk)
        if holds(batch, channel_id, order_id):
            counts[_erase(pk)] += 1
        on_progress(number)
    return counts["removed"], counts["emptied"]


def holds(batch: Batch, channel_id: str, order_id: str) -> bool:
    """Whether a row of the file is of this order."""
    if not _is_in(order_id.replace('"', '""').encode(), pieces(batch, inflate=True)):
        return False
    csv.field_size_limit(MAX_CELL)
    as_written = _read(cells.plain(channel_id)), _read(cells.plain(order_id))
    as_guarded = _read(cells.guarded(channel_id)), _read(cells.guarded(order_id))
    with closing(cast(IO[bytes], tempfile.SpooledTemporaryFile(IN_MEMORY))) as file:
        for piece in pieces(batch, inflate=True):
            file.write(piece)
        file.seek(0)
        rows = csv.reader(io.TextIOWrapper(file, "utf-8-sig", newline=""))
        return any((row[CHANNEL], row[ORDER]) in (as_written, as_guarded) for row in rows)


def _read(cell: str) -> str:
    """What a reader of CSV makes of a cell."""
    return next(csv.reader([cell], strict=True))[0]


def _is_in(text: bytes, parts: Iterable[bytes]) -> bool:
    before = b""
    for part in parts:
        if text in before + part:
            return True
        before = (before + part)[-len(text) :]
    return False


@transaction.atomic
def _erase(pk: int) -> str:
    """Locks the batch before its subscription, as whoever saves what came of it."""
    batch = Batch.objects.select_for_update().get(pk=pk)
    row = Subscription.objects.select_for_update().get(pk=batch.subscription_id)
    if batch.delivered_time or row.deleted:
        remove_bytes(batch)
        Batch.objects.filter(pk=pk).update(erased=True)
        return "removed"
    _empty(batch, row)
    row.position, row.window_time = min(row.position, batch.since), None
    row.due_time = datetime.now(UTC)
    touch(row)
    row.save(update_fields=["position", "window_time", "due_time", "change_number"])
    return "emptied"


def _empty(batch: Batch, row: Subscription) -> None:
    """The header alone, under the number of the batch.

    The name is a new one: a receiver may hold a file of the old one, whose answer was lost.
    """
    with closing(Draft()) as draft:
        draft.write((BOM if row.settings["bom"] else b"") + header(row.settings["layout"]).encode())
        draft.end()
        is_compressed = batch.is_compressed
        time = max(datetime.now(UTC), batch.made_time + timedelta(seconds=1))
        batch.name = name_of(row, batch.number, time, is_compressed=is_compressed)
        batch.size = draft.compressed_size if is_compressed else draft.size
        batch.sha256 = draft.sha256(is_compressed=is_compressed)
        batch.orders, batch.rows, batch.statuses, batch.erased = 0, 0, {}, True
        batch.save(update_fields=["name", "size", "sha256", "orders", "rows", "statuses", "erased"])
        BatchPart.objects.filter(batch=batch).delete()
        for number, content in enumerate(draft.parts()):
            BatchPart.objects.create(batch=batch, number=number, content=content)
