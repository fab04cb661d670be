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
    """Seconds of polling while an ingest runs, and as many before; of changes that webhooks tell."""
    deliveries: int
    """To twenty receivers at once, and of the memory that is watched."""
    backlog: int
    """Orders that one subscription has to catch up with."""
    idle: int
    """Subscriptions that hear nothing."""
    cut: int
    """Orders of a file."""


QUICK = Sizes(
    orders=100_000,
    rounds=3,
    seconds=1,
    events=20_000,
    polls=10_000,
    watched=4,
    deliveries=20_000,
    backlog=30_000,
    idle=20_000,
    cut=2_000,
)
FULL = Sizes(
    orders=1_000_000,
    rounds=5,
    seconds=4,
    events=200_000,
    polls=1_000_000,
    watched=30,
    deliveries=100_000,
    backlog=100_000,
    idle=100_000,
    cut=10_000,
)


def sizes(*, quick: bool) -> Sizes:
    """QUICK or FULL, with what the environment says otherwise."""
    chosen = QUICK if quick else FULL
    given = {name: os.environ.get(name.upper()) for name in (field.name for field in fields(chosen))}
    return Sizes(**{name: int(text or getattr(chosen, name)) for name, text in given.items()})
