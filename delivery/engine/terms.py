"""Under which terms a delivery begins, and what is remembered of one that was refused."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import msgspec

from delivery import pace
from delivery.models import HeldOrder, Subscription
from delivery.outcome import Outcome
from orders.forms import Row


@dataclass(frozen=True, slots=True)
class Begun:
    """Under which terms a delivery began. What comes of it later counts as far as they are still the same."""

    generation: int
    change_number: int
    was_held: bool


class Refusal(NamedTuple):
    """An order that was refused, and that the flow may still be waiting for."""

    tries: int
    next_time: datetime
    outcome: Outcome | None = None


def state_of(row: Subscription, held: list[HeldOrder]) -> pace.State:
    """As it is stored. Orders that were held since the first failure are those refused in a row."""
    since = row.failing_since_time
    refused = [order for order in held if since and order.held_time >= since and not row.failures]
    return pace.State(
        concurrency=1,
        failures=row.failures,
        failing_since=since,
        paced=row.paced,
        next_time=row.next_attempt_time,
        refused=frozenset((order.channel_id, order.order_id) for order in refused),
        disabled=row.disabled_reason if not row.active else "",
    )


class _Status(msgspec.Struct):
    """As much of a document as a filter needs."""

    orderStatus: str | None  # noqa: N815 - the name in the document


_STATUS = msgspec.json.Decoder(_Status)


def passes(row: Row, wanted: list[str] | None) -> bool:
    """Whether a filter lets this order through."""
    return not wanted or _STATUS.decode(row.document).orderStatus in wanted
