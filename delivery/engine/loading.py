"""Reading subscriptions and pages for many drains at once: one call of the database serves all that wait."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime

from cryptography.fernet import InvalidToken
from django.db import Error

from callers.models import Scope
from delivery.engine import store
from delivery.engine.deliverer import Deliverer
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
        self._pages: dict[tuple[Scope, datetime, int], asyncio.Future[store.Read]] = {}
        self._asked: dict[int, asyncio.Future[Loaded | None]] = {}
        self._gathering: asyncio.Task[None] | None = None

    async def read_page(self, scope: Scope, since: datetime) -> store.Read:
        """The next page of a scope; one for all subscriptions that ask for it at the same time.

        Whoever was woken by a later look at the feed asks anew: a page may have been read before that look.
        """
        wanted = scope, since, self.deliverer.looks
        asked = self._pages.get(wanted)
        if asked is None:
            asked = asyncio.ensure_future(self.deliverer.database(store.read_page, scope, since))
            self._pages[wanted] = asked
            asked.add_done_callback(lambda _: self._pages.pop(wanted, None))
        return await asyncio.shield(asked)

    async def reread(self, pk: int) -> Loaded | None:
        """A subscription as it is now, with its rights and held orders; None when it is gone."""
        if pk not in self._asked:
            self._asked[pk] = asyncio.get_running_loop().create_future()
        if self._gathering is None:
            self._gathering = asyncio.create_task(self._reread())
        return await asyncio.shield(self._asked[pk])

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

    async def load_due(self, start: Callable[[Running], None]) -> None:
        """Load and start those that are due, some at a time. What cannot be read now stays due."""
        deliverer = self.deliverer
        await deliverer.has_due.wait()
        deliverer.has_due.clear()
        while deliverer.due and not deliverer.is_stopping:
            pks = [deliverer.due.pop() for _ in range(min(LOADED_AT_ONCE, len(deliverer.due)))]
            fences, asked = dict(deliverer.leases.fences), time.monotonic()
            deliverer.loading = len(pks)
            try:
                found = await self._read(store.load_due, pks)
            except BaseException:
                deliverer.due.update(pks)
                deliverer.has_due.set()
                raise
            finally:
                deliverer.loading = 0
            for pk, (row, held) in found.items():
                fence = fences.get(row.shard)
                if fence is None or pk in deliverer.running or deliverer.is_stopping:
                    continue
                try:
                    start(Running.of(row, held, fence, asked))
                except InvalidToken:
                    logger.error("no key of DELIVERY_KEYS opens the secrets of %s", row.public_id)

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
