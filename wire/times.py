"""Times on the wire: RFC 3339 in, `YYYY-MM-DDTHH:MM:SS.ffffffZ` out (contract, sections 3 and 4)."""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from django.utils.http import parse_http_date

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
MAX_OFFSET = timedelta(hours=16)  # exclusive; PostgreSQL's limit, and beyond every zone on Earth
MAX_TEXT_LENGTH = 64
TIME_LENGTH = len("2026-11-22T08:00:00.000020Z")

_TIME = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt](?P<time>[0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(?:\.(?P<fraction>[0-9]{1,9}))?(?P<zone>[Zz]|[+ -][0-9]{2}:?[0-9]{2})",
)
_NEARLY = re.compile(
    r"(?P<year>[0-9]{4})-?(?P<month>[0-9]{2})-?(?P<day>[0-9]{2})"
    r"(?:[Tt ](?P<hour>[0-9]{2}):?(?P<minute>[0-9]{2})"
    r"(?::?(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9})[0-9]*)?)?)?"
    r"(?P<zone>[Zz]|(?P<sign>[+ -])(?P<hours>[0-9]{2})(?::?(?P<minutes>[0-9]{2}))?)?",
)
_UNIX = re.compile(r"(?P<seconds>0|[0-9]{9,10})(?P<fraction>\.[0-9]{1,9})?|(?P<milliseconds>[0-9]{12,13})")


class BadTime(ValueError):
    """A text that is not a time we accept. `suggestion` is the text that was probably meant, or None."""

    def __init__(self, detail: str, suggestion: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.suggestion = suggestion


@lru_cache(maxsize=4096)
def parse_time(text: str) -> datetime:
    """The instant of an RFC 3339 text, in UTC, its fraction (0 to 9 digits) floored to microseconds.

    A `+` that arrived as a space before the offset is repaired; an offset may lack its colon. Raises BadTime.
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
    hours, minutes = int(text[1:3]), int(text[-2:])
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
    """The acceptable text for a time in another form, or None: see _nearly, _unix and _http."""
    if len(text) > MAX_TEXT_LENGTH:
        return None
    guess = _nearly(text) or _unix(text) or _http(text)
    if guess is None:
        return None
    try:
        parse_time(guess)
    except BadTime:
        return None
    return guess


def _nearly(text: str) -> str | None:
    """The text for a time in basic format, with many digits, or without zone, `T`, seconds or the like."""
    match = _NEARLY.fullmatch(text)
    if match is None:
        return None
    found = match.groupdict(default="00")
    fraction = f".{match['fraction']}" if match["fraction"] else ""
    zone = f"{found['sign']}{found['hours']}:{found['minutes']}".replace(" ", "+") if match["sign"] else "Z"
    return "{year}-{month}-{day}T{hour}:{minute}:{second}".format(**found) + fraction + zone


def _unix(text: str) -> str | None:
    """The text for seconds or milliseconds since 1970."""
    match = _UNIX.fullmatch(text)
    if match is None:
        return None
    if match["milliseconds"]:
        return format_time(EARLIEST + timedelta(milliseconds=int(match["milliseconds"])))
    whole = format_time(EARLIEST + timedelta(seconds=int(match["seconds"])))
    return whole.replace(".000000", match["fraction"] or ".000000")


def _http(text: str) -> str | None:
    """The text for a date as HTTP headers have it (RFC 9110, section 5.6.7)."""
    try:
        return format_time(EARLIEST + timedelta(seconds=parse_http_date(text)))
    except (ValueError, OverflowError):
        return None
