"""Numbers, times and statuses as people say them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from orders.statuses import OrderStatus


def moment(time: datetime, zone: str = "UTC") -> str:
    """Such as `22 November 2026, 15:04 (Asia/Bangkok)`."""
    local = time.astimezone(ZoneInfo(zone) if zone != "UTC" else UTC)
    return f"{local.day} {local:%B %Y, %H:%M} ({zone})"


def window(since: datetime, until: datetime, zone: str = "UTC") -> str:
    """From one moment to another: the day once where it is one day, with seconds within one minute."""
    first, last = (time.astimezone(ZoneInfo(zone)) for time in (since, until))
    if f"{first:%F %H:%M}" == f"{last:%F %H:%M}":
        return f"{last.day} {last:%B %Y}, {first:%H:%M:%S} to {last:%H:%M:%S} ({zone})"
    if first.date() == last.date():
        return f"{last.day} {last:%B %Y}, {first:%H:%M} to {last:%H:%M} ({zone})"
    return f"{first.day} {first:%B %Y, %H:%M} to {last.day} {last:%B %Y, %H:%M} ({zone})"


def orders(count: int) -> str:
    return "1 order" if count == 1 else f"{count:,} orders"


def by_status(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """How many orders are in which status, `IN_PROGRESS` as `In progress`, in the order of their lives."""
    known = list(OrderStatus.values)
    words = sorted(counts, key=lambda word: (known.index(word) if word in known else len(known), word))
    return [(word.replace("_", " ").capitalize(), counts[word]) for word in words]
