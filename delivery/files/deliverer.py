"""What the process for files does: keep leases, claim subscriptions that have work, serve them in threads."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event, Thread

from django.db import Error

from delivery.engine.leases import RENEW_SECONDS, Leases
from delivery.files import calls, claiming
from delivery.files.freezing import Lease
from delivery.files.keeping import remove_old_bytes, tidy
from delivery.files.serving import Transports, serve
from delivery.files.turns import Turn, Turns

TIDY_SECONDS, KEEP_SECONDS = 30, 600
MARGIN_SECONDS = 2
"""Of a lease, below which no step is taken any more."""
SHORT_REST, REST = 0.5, 60.0
"""Seconds until a subscription whose turn was stopped, or failed by no fault of its receiver, has another."""

logger = logging.getLogger(__name__)


class FileDeliverer:
    """The subscriptions that send files, of the shards that this process leases."""

    def __init__(self, leases: Leases, transports: Transports) -> None:
        self.leases = leases
        self.transports = transports
        self.turns = Turns()
        self.has_ended = Event()
        self.is_cut_off = False
        self.is_ending = Event()

    @property
    def fences(self) -> dict[int, int]:
        """The shards in which turns may begin, each with its fence."""
        fences, leaving = self.leases.fences, self.leases.leaving
        return {number: fence for number, fence in fences.items() if number not in leaving}

    def keep(self) -> list[Thread]:
        """Renew the leases and tidy, each in a thread of its own, so that nothing delays it."""
        duties = [
            (self.renew, RENEW_SECONDS),
            (self.tidy, TIDY_SECONDS),
            (self.remove_old_bytes, KEEP_SECONDS),
        ]
        threads = [
            Thread(target=self._keep, args=duty, name=duty[0].__name__, daemon=True) for duty in duties
        ]
        for thread in threads:
            thread.start()
        return threads

    def renew(self) -> None:
        """Keep the leases. What is served under one that is lost ends at its next step."""
        calls.duties(self.leases.renew, self.turns.busy_shards())

    def tidy(self) -> None:
        """Remove what nobody needs any more."""
        served = self.turns.take_served()
        calls.duties(tidy, set(self.fences), set(self.turns.under_way), served)

    def remove_old_bytes(self) -> None:
        """Remove the bytes of files that are kept for long enough, whoever's they are."""
        calls.duties(remove_old_bytes)

    def look(self) -> None:
        """Notice which subscriptions were changed, and begin the turns of those that have work."""
        under_way = self.turns.all()
        numbers = calls.duties(claiming.numbers, [turn.due.pk for turn in under_way]) if under_way else {}
        for turn in under_way:
            turn.is_over = turn.is_over or turn.change_number not in (None, numbers.get(turn.due.pk))
        fences = self.fences
        found = calls.duties(claiming.due, fences, datetime.now(UTC), self.turns.without())
        for due in self.turns.chosen(found):
            turn = Turn(due, Lease(self.leases.owner, due.shard, fences[due.shard]))
            self.turns.under_way[due.pk] = turn
            Thread(target=self._serve, args=(turn,), name=f"files-{due.pk}", daemon=True).start()

    def may_go_on(self, turn: Turn) -> bool:
        """Whether another step of a turn may be taken: asked before each that others see."""
        if self.is_cut_off or turn.is_over:
            return False
        return self.leases.remaining(turn.lease.shard, turn.lease.fence) > MARGIN_SECONDS

    def _serve(self, turn: Turn) -> None:
        rest = SHORT_REST
        try:
            if serve(turn, self.transports, lambda: self.may_go_on(turn)):
                rest = 0
        except Error as error:
            logger.error("database away or too slow: %s", error)
        except Exception:
            logger.exception("a subscription that sends files stops for a while")
            rest = REST
        finally:
            self.turns.end(turn, rest)
            self.has_ended.set()

    def _keep(self, duty: Callable[[], None], pause: float) -> None:
        """Again and again. A database that is away ends nothing: without a lease nothing begins."""
        while not self.is_ending.wait(pause):
            try:
                duty()
            except Error as error:
                logger.error("database away or too slow: %s", error)
