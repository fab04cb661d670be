"""Reading subscriptions for many drains at once: one call of the database serves all that wait."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable

from cryptography.fernet import InvalidToken
from django.db import Error

from delivery.engine import store
from delivery.engine.deliverer import Deliverer
from delivery.engine.reading import Reader
from delivery.engine.running import Running
from delivery.models import HeldOrder, Subscription

LOADED_AT_ONCE = 500
GATHER_SECONDS = 0.005
"""For which the first that wants to read its subscription again waits for others that want the same."""

Loaded = tuple[Subscription, list[HeldOrder]]
logger = logging.getLogger(__name__)


class Loader:
    """Of one deliverer."""

    def __init__(self, deliverer: Deliverer) -> None:
        self.deliverer = deliverer
        self.pages = Reader(deliverer)
        self._asked: dict[int, asyncio.Future[Loaded | None]] = {}
        self._gathering: asyncio.Task[None] | None = None
        self._changed = set[int]()
        """Subscriptions that were changed while some were being read, so perhaps before that."""

    async def reread(self, pk: int) -> Loaded | None:
        """A subscription as it is now, with its rights and held orders; None when it is gone."""
        if pk not in self._asked:
            self._asked[pk] = asyncio.get_running_loop().create_future()
        if self._gathering is None:
            self._gathering = asyncio.create_task(self._reread())
        return await asyncio.shield(self._asked[pk])

    def mark_changed(self, pk: int) -> None:
        """A subscription was changed: nothing begins before it is read anew, even if it is being read now."""
        if run := self.deliverer.running.get(pk):
            run.mark_changed()
        elif self.deliverer.loading:
            self._changed.add(pk)

    async def _reread(self) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        asked, self._asked, self._gathering = self._asked, {}, None
        try:
            found = await self._read(store.load, list(asked))
        except BaseException as error:
            for future in asked.values():
                if not future.done():
                    future.set_exception(error)
                    future.exception()  # seen, even where nobody waits any more
            if not isinstance(error, Error):
                raise
            return
        for pk, future in asked.items():
            if not future.done():
                future.set_result(found.get(pk))

    async def check_rights(self) -> None:
        """Look up the rights of all in memory by one query. Whoever has none any more finds it out itself."""
        asked, runs = time.monotonic(), list(self.deliverer.running.values())
        granted = await self.deliverer.database_of_duties(store.granted, [run.row.pk for run in runs])
        for run in runs:
            if run.row.pk in granted:
                run.checked = max(run.checked, asked)

    async def load_due(self, start: Callable[[Running], None]) -> None:
        """Load and start those that are due, some at a time. What cannot be read now stays due."""
        deliverer = self.deliverer
        await deliverer.has_due.wait()
        deliverer.has_due.clear()
        while deliverer.due and not deliverer.is_stopping:
            pks = [deliverer.due.pop() for _ in range(min(LOADED_AT_ONCE, len(deliverer.due)))]
            fences, asked = dict(deliverer.leases.fences), time.monotonic()
            deliverer.loading = len(pks)
            self._changed.clear()
            try:
                found = await self._read(store.load_due, pks)
            except BaseException:
                deliverer.due.update(pks)
                deliverer.has_due.set()
                raise
            finally:
                deliverer.loading = 0
            for loaded in found.values():
                if not deliverer.is_stopping:
                    self._begin(loaded, fences, asked, start)

    def _begin(
        self, loaded: Loaded, fences: dict[int, int], asked: float, start: Callable[[Running], None]
    ) -> None:
        """Start one, unless it is another's or in memory. One that is broken keeps no other waiting."""
        row, held = loaded
        fence = fences.get(row.shard)
        if fence is None or row.pk in self.deliverer.running:
            return
        try:
            run = Running.of(row, held, fence, asked)
            if row.pk in self._changed:
                run.mark_changed()
            start(run)
        except InvalidToken:
            logger.error("no key of DELIVERY_KEYS opens the secrets of %s", row.public_id)
        except Exception:
            logger.exception("subscription %s cannot be loaded", row.public_id)

    async def _read(
        self, load: Callable[[list[int]], list[Subscription]], pks: list[int]
    ) -> dict[int, Loaded]:
        def both() -> dict[int, Loaded]:
            rows = load(pks)
            held: dict[int, list[HeldOrder]] = defaultdict(list)
            for order in store.held_of([row.pk for row in rows]):
                held[order.subscription_id].append(order)
            return {row.pk: (row, held[row.pk]) for row in rows}

        return await self.deliverer.database(both)
