"""Numbers, times and statuses as people say them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def moment(time: datetime, zone: str = "UTC") -> str:
    """Such as `22 November 2026, 15:04 (Asia/Bangkok)`."""
    local = time.astimezone(ZoneInfo(zone) if zone != "UTC" else UTC)
    return f"{local.day} {local:%B %Y, %H:%M} ({zone})"


def window(since: datetime, until: datetime, zone: str = "UTC") -> str:
    """From one moment to another, the day named once where it is one day."""
    first, last = (time.astimezone(ZoneInfo(zone)) for time in (since, until))
    if first.date() == last.date():
        return f"{last.day} {last:%B %Y}, {first:%H:%M} to {last:%H:%M} ({zone})"
    return f"{first.day} {first:%B %Y, %H:%M} to {last.day} {last:%B %Y, %H:%M} ({zone})"


def orders(count: int) -> str:
    return "1 order" if count == 1 else f"{count:,} orders"


def status(word: str) -> str:
    """`IN_PROGRESS` as `In progress`."""
    return word.replace("_", " ").capitalize()
