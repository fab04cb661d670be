"""Calls of the database from an event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import connections

P = ParamSpec("P")
Answer = TypeVar("Answer")


class Threads:
    """So many calls at once; others wait."""

    def __init__(self, count: int) -> None:
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="database")

    async def __call__(self, call: Callable[P, Answer], *args: P.args, **kwargs: P.kwargs) -> Answer:
        """Call it in a thread; its connection goes back to the pool."""

        def calling() -> Answer:
            try:
                return call(*args, **kwargs)
            finally:
                connections.close_all()

        return await asyncio.get_running_loop().run_in_executor(self._threads, calling)

    def end(self) -> None:
        """Wait for what is being called."""
        self._threads.shutdown()
