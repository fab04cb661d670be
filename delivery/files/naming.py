"""Names of files, and the manifest that goes with one (contract, sections 11 and 12)."""

import re
from datetime import UTC, datetime
from typing import Any

from delivery.models import Batch, Subscription
from wire.times import EARLIEST, format_time

MAX_SCOPE = 40
_OTHER = re.compile(r"[^A-Za-z0-9.-]+")


def name_of(row: Subscription, number: int, made_time: datetime, *, is_compressed: bool) -> str:
    """The name of a batch: ASCII, under 150 characters. Only the number orders; the scope is decoration."""
    scope = _OTHER.sub("-", row.identifier)[:MAX_SCOPE]
    time = f"{made_time.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    ending = ".csv.gz" if is_compressed else ".csv"
    return f"sales-order-status_{scope}_{row.public_id}_{number:08}_{time}{ending}"


def manifest_of(batch: Batch) -> dict[str, Any]:
    """What stands in `NAME.json`."""
    return {
        "subscription": batch.subscription.public_id,
        "number": batch.number,
        "name": batch.name,
        "since": time_or_none(batch.since),
        "until": time_or_none(batch.until),
        "orders": batch.orders,
        "rows": batch.rows,
        "bytes": batch.size,
        "sha256": batch.sha256,
        "previousSha256": batch.previous_sha256 or None,
        "replayed": batch.replayed,
        "erased": batch.erased,
    }


def time_or_none(time: datetime) -> str | None:
    """A time of the feed as it is shown; None for its beginning."""
    return None if time <= EARLIEST else format_time(time.astimezone(UTC))
