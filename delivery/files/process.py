"""The process for files from its start to its end."""

import logging
import time
from threading import Event

from django.db import Error

from delivery.files import calls
from delivery.files.deliverer import FileDeliverer

LOOK_SECONDS, SOONEST_SECONDS = 0.5, 0.05
"""Between two looks: and when a turn ended, since its subscription may have more to do."""
GRACE_SECONDS, CUT_OFF_SECONDS = 12, 1
"""For what is under way, when told to stop; then for what notices that it may not go on."""

logger = logging.getLogger(__name__)


def deliver(deliverer: FileDeliverer, stopping: Event, *, once: bool = False) -> None:
    """Cut and send files until `stopping` is set, or with `once` until nothing is left to do now."""
    deliverer.renew()
    threads = deliverer.keep()
    try:
        while not stopping.wait(SOONEST_SECONDS):
            deliverer.has_ended.clear()
            try:
                deliverer.look()
            except Error as error:
                logger.error("database away or too slow: %s", error)
            else:
                if once and not deliverer.turns:
                    return
            _wait(deliverer, stopping)
    finally:
        _end(deliverer)
        for thread in threads:
            thread.join(1)
        _give_back(deliverer)


def _wait(deliverer: FileDeliverer, stopping: Event) -> None:
    """Until the next look is due, a turn ended, or we are to stop."""
    deadline = time.monotonic() + LOOK_SECONDS
    while not stopping.is_set() and time.monotonic() < deadline and not deliverer.has_ended.wait(0.05):
        pass


def _end(deliverer: FileDeliverer) -> None:
    """Wait for what is under way, and cut off the rest.

    A thread that waits for a receiver is left behind: it takes no step that others see any more.
    """
    _until_none(deliverer, GRACE_SECONDS)
    deliverer.is_cut_off = True
    _until_none(deliverer, CUT_OFF_SECONDS)
    deliverer.is_ending.set()


def _until_none(deliverer: FileDeliverer, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while deliverer.turns and time.monotonic() < deadline:
        deliverer.has_ended.clear()
        deliverer.has_ended.wait(0.05)


def _give_back(deliverer: FileDeliverer) -> None:
    try:
        calls.duties(deliverer.leases.give_back)
    except Error as error:
        logger.error("the leases end by themselves, because the database is away: %s", error)
