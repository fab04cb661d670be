"""What all processes counted, by the minute (stores.minutes)."""

from datetime import UTC, datetime, timedelta

from operators.overview.findings import EVENT_OUTCOMES, OUTCOMES, Minutes, Traffic
from stores import minutes

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MINUTE = timedelta(minutes=1)
POLLS = {outcome: f"polls.{outcome}" for outcome in OUTCOMES}
EVENTS = {outcome: f"events.{outcome}" for outcome in EVENT_OUTCOMES}
FAILED_OPEN = "limits.failed_open"
NAMES = (*POLLS.values(), *EVENTS.values(), FAILED_OPEN)


def find() -> Traffic:
    """Sums. One query, or one round trip. Raises Away."""
    return summed(counts(HOUR))


def counts(length: timedelta) -> Minutes:
    """Every name, by the minute; the last minute is not over. Raises Away."""
    now = datetime.now(UTC)
    return minutes.series(NAMES, now - length, now)


def summed(found: Minutes) -> Traffic:
    """What these minutes have, and the last whole one of them."""
    return Traffic(
        polls_last_minute=_newest(found, POLLS),
        polls_last_hour=_sums(found, POLLS),
        events_last_minute=_newest(found, EVENTS),
        events_last_hour=_sums(found, EVENTS),
        failed_open_last_hour=sum(count for _, count in found[FAILED_OPEN]),
    )


def _newest(found: Minutes, names: dict[str, str]) -> dict[str, int]:
    """Of the newest minute that is over."""
    return {outcome: found[name][-2][1] for outcome, name in names.items()}


def _sums(found: Minutes, names: dict[str, str]) -> dict[str, int]:
    return {outcome: sum(count for _, count in found[name]) for outcome, name in names.items()}
