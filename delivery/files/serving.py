"""One turn of a subscription: cut a batch if none waits, and send it. Runs in a thread of its own."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Semaphore
from typing import ParamSpec, TypeVar

from cryptography.fernet import InvalidToken
from django.db import Error, connections

from delivery.files.claiming import load
from delivery.files.cutting import cut
from delivery.files.freezing import Lease, freeze
from delivery.files.saving import disable, save
from delivery.files.stored import file_of, opened
from delivery.files.transport import FileTransport
from delivery.models import Batch, Subscription
from delivery.outcome import Kind, Outcome
from delivery.transport import Facts

P = ParamSpec("P")
Answer = TypeVar("Answer")
logger = logging.getLogger(__name__)

_calls = Semaphore(4)
"""Calls of the database at once; the pool has more connections, for what waits behind no subscription."""
_cuts = Semaphore(2)
"""Batches that are cut at once: more would only take memory, for there is one interpreter."""


@dataclass
class Turn:
    """A subscription that is being served. `change_number` is None until its row is read."""

    pk: int
    lease: Lease
    change_number: int | None = None
    is_over: bool = False


def called(call: Callable[P, Answer], *args: P.args, **kwargs: P.kwargs) -> Answer:
    """Call the database, and hand the connection back: none is held while a receiver is waited for."""
    with _calls:
        try:
            return call(*args, **kwargs)
        finally:
            connections.close_all()


def serve(turn: Turn, transports: dict[str, FileTransport], may_go_on: Callable[[], bool]) -> None:
    """Cut and freeze what is due, or take the batch that waits; then send it and note what came of it."""
    row = called(load, turn.pk)
    now = datetime.now(UTC)
    if row is None or not row.active or row.deleted or not row.confirmed:
        return
    turn.change_number = row.change_number
    if not row.is_granted:  # type: ignore[attr-defined]  # load adds it
        called(disable, row, turn.lease, "NOT_GRANTED")
        return
    batch = called(_waiting, row) or _cut(row, turn.lease, now)
    if batch and may_go_on():
        outcome = _send(row, batch, turn.lease, transports[row.mechanism], may_go_on)
        if outcome and not called(save, row, turn.lease, batch, outcome):
            logger.warning("the lease of %s is lost: another process sends its batch", row.public_id)


def _waiting(row: Subscription) -> Batch | None:
    """The batch that is not delivered yet; there is one at most."""
    return row.batches.select_related("subscription").filter(delivered_time=None).first()


def _cut(row: Subscription, lease: Lease, now: datetime) -> Batch | None:
    """Cut what is due, and freeze it."""
    if row.due_time is None or row.due_time > now:
        return None
    with _cuts:
        made = called(cut, row)
    try:
        return called(freeze, row, lease, made, now)
    finally:
        made.draft.close()


def _send(
    row: Subscription, batch: Batch, lease: Lease, transport: FileTransport, may_go_on: Callable[[], bool]
) -> Outcome | None:
    """What came of it. A file that cannot even be sent is one that is refused."""
    file = replace(file_of(batch), open=lambda: called(opened, batch))
    try:
        return transport.send(Facts.of(row), file, lease.fence, may_go_on)
    except (Error, InvalidToken):
        raise
    except Exception:
        logger.exception("batch %d of subscription %s cannot be sent", batch.number, row.public_id)
        return Outcome(Kind.REFUSED, detail="the file could not be sent")
