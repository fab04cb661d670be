"""What the process for files does: keep leases, claim subscriptions that have work, serve them in threads."""

import logging
import time
from datetime import UTC, datetime
from threading import Event, Thread

from django.db import Error

from delivery.engine.leases import RENEW_SECONDS, Leases
from delivery.files import claiming
from delivery.files.freezing import Lease
from delivery.files.keeping import tidy
from delivery.files.serving import Turn, called, serve
from delivery.files.transport import FileTransport

LOOK_SECONDS = 0.5
TIDY_SECONDS = 30
MAX_TURNS = 64
MARGIN_SECONDS = 2
"""Of a lease, below which no step is taken any more."""
REST_SECONDS = 60
"""Before a subscription that could not be served, through no fault of its receiver, has its next turn."""

logger = logging.getLogger(__name__)


class FileDeliverer:
    """The subscriptions that send files, of the shards that this process leases."""

    def __init__(self, leases: Leases, transports: dict[str, FileTransport]) -> None:
        self.leases = leases
        self.transports = transports
        self.turns: dict[int, Turn] = {}
        self.resting: dict[int, float] = {}
        self.has_ended = Event()
        self.is_cut_off = False
        self.is_ending = Event()
        self._tidied = time.monotonic()

    def renew(self) -> None:
        """Keep the leases; what is served under one that is lost ends at its next step."""
        called(self.leases.renew, {turn.lease.shard for turn in list(self.turns.values())})

    def keep_renewing(self) -> None:
        """In a thread of its own, so that nothing delays it. A database that is away ends nothing."""
        while not self.is_ending.wait(RENEW_SECONDS):
            try:
                self.renew()
            except Error as error:
                logger.error("database away or too slow: %s", error)

    def look(self) -> None:
        """Notice which subscriptions were changed, and begin the turns of those that have work."""
        turns = list(self.turns.values())
        numbers = called(claiming.changed, [turn.pk for turn in turns]) if turns else {}
        for turn in turns:
            turn.is_over = turn.is_over or turn.change_number not in (None, numbers.get(turn.pk))
        if time.monotonic() - self._tidied > TIDY_SECONDS:
            self._tidied = time.monotonic()
            called(tidy, set(self.leases.fences) - self.leases.leaving, set(self.turns))
        self.begin()

    def begin(self) -> None:
        """Begin the turns of subscriptions that have work, as many as there are places for."""
        places = MAX_TURNS - len(self.turns)
        fences, leaving = self.leases.fences, self.leases.leaving
        shards = {number: fence for number, fence in fences.items() if number not in leaving}
        if places <= 0 or not shards:
            return
        now = time.monotonic()
        self.resting = {pk: until for pk, until in self.resting.items() if until > now}
        without = [*self.turns, *self.resting]
        for pk, shard in called(claiming.due, shards, datetime.now(UTC), places, without):
            turn = Turn(pk, Lease(self.leases.owner, shard, shards[shard]))
            self.turns[pk] = turn
            Thread(target=self._serve, args=(turn,), name=f"file-{pk}", daemon=True).start()

    def may_go_on(self, turn: Turn) -> bool:
        """Whether another step of a turn may be taken: asked before each that others see."""
        if self.is_cut_off or turn.is_over:
            return False
        return self.leases.remaining(turn.lease.shard, turn.lease.fence) > MARGIN_SECONDS

    def _serve(self, turn: Turn) -> None:
        try:
            serve(turn, self.transports, lambda: self.may_go_on(turn))
        except Error as error:
            logger.error("database away or too slow: %s", error)
            self.resting[turn.pk] = time.monotonic() + LOOK_SECONDS
        except Exception:
            logger.exception("a subscription that sends files stops for a while")
            self.resting[turn.pk] = time.monotonic() + REST_SECONDS
        finally:
            del self.turns[turn.pk]
            self.has_ended.set()
