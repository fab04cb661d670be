"""The process for files from its start to its end."""

import logging
import time
from threading import Event, Thread

from django.db import Error

from delivery.files.deliverer import LOOK_SECONDS, FileDeliverer
from delivery.files.serving import called

GRACE_SECONDS, CUT_OFF_SECONDS = 12, 1
"""For what is under way, when told to stop; then for what notices that it may not go on."""

logger = logging.getLogger(__name__)


def deliver(deliverer: FileDeliverer, stopping: Event, *, once: bool = False) -> None:
    """Cut and send files until `stopping` is set, or with `once` until nothing is left to do now."""
    called(deliverer.leases.renew, ())
    renewing = Thread(target=deliverer.keep_renewing, name="leases", daemon=True)
    renewing.start()
    try:
        while not stopping.is_set():
            deliverer.has_ended.clear()
            try:
                deliverer.look()
            except Error as error:
                logger.error("database away or too slow: %s", error)
                stopping.wait(LOOK_SECONDS)
                continue
            if once and not deliverer.turns:
                return
            _wait(deliverer, stopping)
    finally:
        _end(deliverer, renewing)


def _wait(deliverer: FileDeliverer, stopping: Event) -> None:
    """Until the next look: sooner when a turn ends, because its subscription may have more to do."""
    deadline = time.monotonic() + LOOK_SECONDS
    while not stopping.is_set() and not deliverer.has_ended.is_set() and time.monotonic() < deadline:
        deliverer.has_ended.wait(0.05)


def _end(deliverer: FileDeliverer, renewing: Thread) -> None:
    """Wait for what is under way, cut off the rest, and give the leases back.

    A thread that waits for a receiver is left behind: it takes no step that others see any more.
    """
    _until_none(deliverer, GRACE_SECONDS)
    deliverer.is_cut_off = True
    _until_none(deliverer, CUT_OFF_SECONDS)
    deliverer.is_ending.set()
    renewing.join(1)
    try:
        called(deliverer.leases.give_back)
    except Error as error:
        logger.error("the leases end by themselves, because the database is away: %s", error)


def _until_none(deliverer: FileDeliverer, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while deliverer.turns and time.monotonic() < deadline:
        deliverer.has_ended.clear()
        deliverer.has_ended.wait(0.05)
