"""Reading the feed for many drains at once: what is asked for in the same moment is read together."""

import asyncio
from collections import defaultdict
from datetime import datetime

from django.db import Error

from callers.models import Scope
from delivery.engine.deliverer import Deliverer
from delivery.engine.pages import Read, read_pages
from delivery.engine.store import PAGE

MAX_TOGETHER = 20
"""Scopes in one query. They share the rows of one page, so that it is no heavier than one."""

Wanted = tuple[Scope, datetime, int]


class Reader:
    """Of one deliverer."""

    def __init__(self, deliverer: Deliverer) -> None:
        self.deliverer = deliverer
        self._asked: dict[Wanted, asyncio.Future[Read]] = {}
        self._gathered: dict[str, list[Wanted]] = defaultdict(list)
        self._tasks = set[asyncio.Task[None]]()

    async def read(self, scope: Scope, since: datetime, *, is_behind: bool) -> Read:
        """The next orders of a scope: a page for one that is behind, else the first few of them.

        One read serves all that ask for the same at the same time. Whoever was woken by a later look at the
        feed asks anew: a page may have been read before that look.
        """
        wanted = scope, since, self.deliverer.looks
        if wanted not in self._asked:
            self._asked[wanted] = asyncio.get_running_loop().create_future()
            if is_behind:
                self._start([wanted])
            else:
                self._gather(wanted)
        return await asyncio.shield(self._asked[wanted])

    def _gather(self, wanted: Wanted) -> None:
        """Read it with what others ask for before the event loop comes round."""
        if not self._gathered:
            asyncio.get_running_loop().call_soon(self._start_gathered)
        self._gathered[wanted[0].kind].append(wanted)

    def _start_gathered(self) -> None:
        gathered, self._gathered = self._gathered, defaultdict(list)
        for together in gathered.values():  # of one kind, so that the SQL is one of few and stays prepared
            for first in range(0, len(together), MAX_TOGETHER):
                self._start(together[first : first + MAX_TOGETHER])

    def _start(self, together: list[Wanted]) -> None:
        task = asyncio.create_task(self._read(together))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _read(self, together: list[Wanted]) -> None:
        asked = [(scope, since) for scope, since, _ in together]
        futures = [self._asked[wanted] for wanted in together]
        try:
            found = await self.deliverer.database(read_pages, asked, PAGE // len(together))
        except BaseException as error:
            for future in futures:
                future.set_exception(error)
                future.exception()  # seen, even where nobody waits any more
            if not isinstance(error, Error):
                raise
        else:
            for future, read in zip(futures, found, strict=True):
                future.set_result(read)
        finally:
            for wanted in together:
                del self._asked[wanted]
