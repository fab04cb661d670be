"""Calls of the database from threads: bounded, and with no connection held while a receiver is waited for."""

from collections.abc import Callable
from threading import Semaphore
from typing import ParamSpec, TypeVar

from django.db import connections

P = ParamSpec("P")
Answer = TypeVar("Answer")


class Calls:
    """So many calls at once; others wait. The connection goes back to the pool after each."""

    def __init__(self, count: int) -> None:
        self._places = Semaphore(count)

    def __call__(self, call: Callable[P, Answer], *args: P.args, **kwargs: P.kwargs) -> Answer:
        """What the call returns."""
        with self._places:
            try:
                return call(*args, **kwargs)
            finally:
                connections.close_all()


duties = Calls(3)
"""Leases, looking and tidying wait behind nothing that subscriptions do."""
turns = Calls(3)
cuts = Calls(2)
"""More batches that are cut at once would only take memory: there is one interpreter."""
