"""One figure of the overview, and how numbers are said in it."""

from enum import StrEnum
from typing import NamedTuple


class Tone(StrEnum):
    """How well it is, the best first. A page says the word beside the colour."""

    IDLE = "IDLE"  # not in use
    OK = "OK"
    UNKNOWN = "UNKNOWN"
    WARNING = "WARNING"
    ALARM = "ALARM"


class Said(NamedTuple):
    """What a figure says: `word` is short, such as a number; `sentence` says the rest."""

    tone: Tone
    word: str
    sentence: str


def lasting(seconds: float) -> str:
    """`0.4 s`, `45 s`, `3 min`, `5 h` or `12 d`."""
    for least, size, unit in ((172_800, 86_400, "d"), (7_200, 3_600, "h"), (120, 60, "min")):
        if seconds >= least:
            return f"{int(seconds // size):,} {unit}"
    return f"{seconds:.1f} s" if 0 < seconds < 10 else f"{int(seconds)} s"


def counted(count: int, noun: str, nouns: str = "") -> str:
    """`1 order`, `1,200 orders`."""
    return f"{count:,} {noun if count == 1 else nouns or f'{noun}s'}"
