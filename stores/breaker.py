"""A circuit breaker: after a failure, nobody asks for a moment, so that no crowd waits for what is away."""

import time

PAUSE_SECONDS = 1.0


class Breaker:
    """Open for a second after each `trip`; whoever uses it asks only while it is closed."""

    def __init__(self) -> None:
        self._open_until = 0.0

    @property
    def is_open(self) -> bool:
        return time.monotonic() < self._open_until

    def trip(self) -> None:
        """Open it: something that was asked did not answer."""
        self._open_until = time.monotonic() + PAUSE_SECONDS
