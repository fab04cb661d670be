"""Times on the wire: RFC 3339 in, `YYYY-MM-DDTHH:MM:SS.ffffffZ` out (contract, sections 3 and 4)."""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
MAX_OFFSET = timedelta(hours=16)  # exclusive; PostgreSQL's limit, and beyond every zone on Earth
MAX_TEXT_LENGTH = 64
TIME_LENGTH = len("2026-11-22T08:00:00.000020Z")

_TIME = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt](?P<time>[0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(?:\.(?P<fraction>[0-9]{1,9}))?(?P<zone>[Zz]|[+ -][0-9]{2}:[0-9]{2})",
)
_NEARLY = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[Tt ](?P<minutes>[0-9]{2}:[0-9]{2})(?P<seconds>:[0-9]{2}(?:\.[0-9]{1,9})?)?)?"
    r"(?:(?<=\.[0-9]{9})[0-9]+)?(?P<zone>[Zz]|[+ -][0-9]{2}:[0-9]{2})?",
)


class BadTime(ValueError):
    """A text that is not a time we accept. `suggestion` is the text that was probably meant, or None."""

    def __init__(self, detail: str, suggestion: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.suggestion = suggestion


@lru_cache(maxsize=4096)
def parse_time(text: str) -> datetime:
    """The instant of an RFC 3339 text, in UTC, its fraction (0 to 9 digits) floored to microseconds.

    A `+` that arrived as a space before the offset is repaired. Raises BadTime.
    """
    match = _TIME.fullmatch(text) if len(text) <= MAX_TEXT_LENGTH else None
    if match is None:
        raise BadTime(
            "must be an RFC 3339 time with a zone, such as 2026-11-22T08:00:00.000020Z", _meant(text)
        )
    fraction = (match["fraction"] or "")[:6].ljust(6, "0")
    try:
        local = datetime.fromisoformat(f"{match['date']}T{match['time']}.{fraction}")
        return _in_range(local.replace(tzinfo=_zone(match["zone"])))
    except BadTime:
        raise
    except (ValueError, OverflowError):
        raise BadTime("is not a possible date and time") from None


def format_time(time: datetime) -> str:
    """`time`, which is in UTC, as 27 characters with six fraction digits and `Z`."""
    return time.isoformat(timespec="microseconds")[: TIME_LENGTH - 1] + "Z"


def _zone(text: str) -> timezone:
    if text in "Zz":
        return UTC
    hours, minutes = int(text[1:3]), int(text[4:6])
    offset = timedelta(hours=hours, minutes=minutes)
    if minutes > 59 or offset >= MAX_OFFSET:
        raise BadTime("has an offset that no zone has; offsets lie between -15:59 and +15:59")
    return timezone(-offset if text[0] == "-" else offset)


def _in_range(time: datetime) -> datetime:
    utc = time.astimezone(UTC)
    if utc < EARLIEST:
        raise BadTime("is out of range: the earliest time is 1970-01-01T00:00:00Z", format_time(EARLIEST))
    return utc


def _meant(text: str) -> str | None:
    """The nearest acceptable text for a time without zone, `T` or seconds, or with too many digits."""
    match = _NEARLY.fullmatch(text) if len(text) <= MAX_TEXT_LENGTH else None
    if match is None:
        return None
    zone = (match["zone"] or "Z").replace(" ", "+")
    guess = f"{match['date']}T{match['minutes'] or '00:00'}{match['seconds'] or ':00'}{zone}"
    try:
        parse_time(guess)
    except BadTime:
        return None
    return guess
