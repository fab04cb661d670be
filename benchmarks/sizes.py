"""How much is measured: everything, or (QUICK=1) as much as fits three minutes."""

import os
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Sizes:
    """Each can be set by an environment variable of its name in capitals."""

    orders: int
    """In the big channel; there are a tenth more in others."""
    rounds: int
    seconds: int
    """Of each side in each round."""
    events: int
    """Of the ingested file."""
    polls: int
    """Of a worker whose memory is watched."""
    watched: int
    """Seconds of polling while an ingest runs, and as many before."""


QUICK = Sizes(orders=100_000, rounds=3, seconds=1, events=20_000, polls=10_000, watched=4)
FULL = Sizes(orders=1_000_000, rounds=5, seconds=4, events=200_000, polls=1_000_000, watched=30)


def sizes(*, quick: bool) -> Sizes:
    """QUICK or FULL, with what the environment says otherwise."""
    chosen = QUICK if quick else FULL
    given = {name: os.environ.get(name.upper()) for name in (field.name for field in fields(chosen))}
    return Sizes(**{name: int(text or getattr(chosen, name)) for name, text in given.items()})
