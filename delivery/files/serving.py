"""One turn of a subscription: cut a batch if none waits, and send it. Runs in a thread of its own."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from cryptography.fernet import InvalidToken
from django.db import Error

from delivery.files import calls
from delivery.files.claiming import load
from delivery.files.cutting import Gap, cut
from delivery.files.freezing import Lease, freeze
from delivery.files.saving import disable, save
from delivery.files.stored import file_of, opened
from delivery.files.transport import FileTransport
from delivery.files.turns import Turn
from delivery.gaps import RESYNC_REQUIRED
from delivery.models import Batch, Subscription
from delivery.outcome import Kind, Outcome
from delivery.transport import Facts
from wire.times import EARLIEST

logger = logging.getLogger(__name__)

Transports = dict[str, FileTransport]


def serve(turn: Turn, transports: Transports, may_go_on: Callable[[], bool]) -> bool:
    """Cut and freeze what is due, or take the batch that waits; then send it and note what came of it.

    False: it was stopped on the way. Rights and terms are those of the row that is read at the beginning.
    """
    row = calls.turns(load, turn.due.pk)
    if row is None or not row.active or row.deleted or not row.confirmed:
        return True
    turn.change_number = row.change_number
    if not row.is_granted:  # type: ignore[attr-defined]  # load adds it
        calls.turns(disable, row, turn.lease, "NOT_GRANTED")
        return True
    try:
        batch = calls.turns(_waiting, row) or _cut(row, turn.lease, datetime.now(UTC))
    except Gap:
        if row.position > EARLIEST:  # else orders were forgotten while it was cut: begin again
            calls.turns(disable, row, turn.lease, RESYNC_REQUIRED)
        return row.position > EARLIEST
    if batch is None:
        return True
    outcome = _send(row, batch, turn.lease, transports[row.mechanism], may_go_on) if may_go_on() else None
    return outcome is not None and calls.turns(save, row, turn.lease, batch, outcome)


def _waiting(row: Subscription) -> Batch | None:
    """The batch that is not delivered yet; there is one at most."""
    return row.batches.select_related("subscription").filter(delivered_time=None).first()


def _cut(row: Subscription, lease: Lease, now: datetime) -> Batch | None:
    """Cut what is due, and freeze it. Raises Gap."""
    if row.due_time is None or row.due_time > now:
        return None
    made = calls.cuts(cut, row)
    try:
        return calls.cuts(freeze, row, lease, made, now)
    finally:
        made.draft.close()


def _send(
    row: Subscription, batch: Batch, lease: Lease, transport: FileTransport, may_go_on: Callable[[], bool]
) -> Outcome | None:
    """What came of it. A file that cannot even be sent is one that is refused."""
    file = replace(file_of(batch), open=lambda: calls.turns(opened, batch))
    try:
        return transport.send(Facts.of(row), file, lease.fence, may_go_on)
    except (Error, InvalidToken):
        raise
    except Exception:
        logger.exception("batch %d of subscription %s cannot be sent", batch.number, row.public_id)
        return Outcome(Kind.REFUSED, detail="the file could not be sent")
