"""How long a rotated key stays good, as text: what commands and forms take."""

import re
from datetime import timedelta

from callers.administration import AT_ONCE, MAX_OVERLAP, CallerRefused

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def parse_overlap(text: str) -> timedelta:
    """`24h` as 24 hours, `0` as at once. Raises CallerRefused."""
    if text == "0":
        return AT_ONCE
    match = re.fullmatch(r"([1-9][0-9]{0,7})([smhd])", text)
    length = timedelta(**{_UNITS[match[2]]: int(match[1])}) if match else None
    if length is None or length > MAX_OVERLAP:
        raise CallerRefused(
            f"{text[:50]!r} is not an overlap: write a number and one of s, m, h, d, such as 24h, up to"
            f" {MAX_OVERLAP.days}d; or 0, and the old key ends at once."
        )
    return length
