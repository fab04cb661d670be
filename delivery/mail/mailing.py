"""The part of `deliver` that mails confirmations and tells contacts, in a thread that delays no delivery."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event, Thread

from django.db import Error, connections

from delivery.engine.leases import Leases
from delivery.mail import outbox
from delivery.mail.letters import written
from delivery.mail.sending import is_set_up, send
from delivery.mail.watching import tidy, watch
from delivery.outcome import Kind, Outcome

LOOK_SECONDS = 2
WATCH_SECONDS = 60
END_SECONDS = 1
"""How long an ending process waits for the mail under way; one that is cut is tried again by another."""

logger = logging.getLogger(__name__)


class Mailer:
    """Sends what is due, as long as these leases hold the shard of mails."""

    def __init__(self, leases: Leases) -> None:
        self.leases = leases
        self.is_ending = Event()
        self._watched = float("-inf")

    def run(self) -> None:
        """Again and again, until told to end. Whatever fails is logged, and tried again."""
        while not self.is_ending.wait(LOOK_SECONDS):
            try:
                self.round()
            except Error as error:
                logger.error("database away or too slow: %s", error)
            except Exception:
                logger.exception("no mail is sent for a while")
                self.is_ending.wait(WATCH_SECONDS)
            finally:
                connections.close_all()

    def round(self) -> None:
        """Look now and then what contacts should be told, and send all that is due."""
        if self._fence() is not None and time.monotonic() - self._watched >= WATCH_SECONDS:
            watch(datetime.now(UTC))
            tidy(datetime.now(UTC))
            self._watched = time.monotonic()
        while not self.is_ending.is_set() and (fence := self._fence()) is not None:
            letter = outbox.take_next(self.leases.owner, fence, datetime.now(UTC))
            if letter is None:
                return
            outcome = _sent(letter)
            outbox.record(letter, outcome, datetime.now(UTC))
            if outcome.kind is not Kind.DELIVERED:
                kind, name = letter.first.kind, letter.recipient.subscription.public_id
                logger.warning("mail %s of %s not sent: %s", kind, name, outcome.detail)

    def _fence(self) -> int | None:
        leases = self.leases
        return None if outbox.MAIL_SHARD in leases.leaving else leases.fences.get(outbox.MAIL_SHARD)


def _sent(letter: outbox.Letter) -> Outcome:
    """What came of a letter; one that cannot be written is tried again, and stops no other."""
    try:
        return send(written(letter))
    except Exception:
        logger.exception("mail %s cannot be written", letter.first.pk)
        return Outcome(Kind.FAILED, detail="it could not be written")


@contextmanager
def mailing(leases: Leases) -> Iterator[None]:
    """Mails beside what the block does, if the operator has set mails up."""
    if not is_set_up():
        yield
        return
    mailer = Mailer(leases)
    thread = Thread(target=mailer.run, name="mails", daemon=True)
    thread.start()
    try:
        yield
    finally:
        mailer.is_ending.set()
        thread.join(END_SECONDS)


def mail_once(owner: str) -> None:
    """Send what is due, and end; nothing where another process does it."""
    if not is_set_up():
        return
    leases = Leases(owner)
    leases.renew(())
    try:
        Mailer(leases).round()
    finally:
        leases.give_back()
