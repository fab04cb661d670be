"""The process for files as a child of `deliver`: started again when it dies, ended when its parent ends."""

import asyncio
import logging
import os
import signal
import sys
from contextlib import suppress
from threading import Event, Thread

from django.conf import settings

PAUSE_SECONDS = 5
"""Before a child that died is started again."""
STOP_SECONDS = 14.5
"""For a child that was told to stop; then it is killed, and its leases end by themselves."""

logger = logging.getLogger(__name__)


async def run(stopping: asyncio.Event, *, once: bool = False) -> int:
    """Keep a child until `stopping` is set; with `once` until it has sent what is due. Its exit status."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "deliver", "--child-for-files"]
    while True:
        child = await asyncio.create_subprocess_exec(
            *command,
            *(["--once"] if once else []),
            stdin=asyncio.subprocess.PIPE,
            start_new_session=True,  # a Ctrl-C that reaches it while it still starts is a traceback
        )
        stop, end = asyncio.create_task(stopping.wait()), asyncio.create_task(child.wait())
        try:
            await asyncio.wait([stop, end], return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.cancel()
            await _end(child)
        if once or stopping.is_set():
            return child.returncode or 0
        logger.error("the process that sends files ended with %s; it is started again", child.returncode)
        with suppress(TimeoutError):
            async with asyncio.timeout(PAUSE_SECONDS):
                await stopping.wait()
                return child.returncode or 0


async def _end(child: asyncio.subprocess.Process) -> None:
    """Tell it to stop, and wait until it has."""
    if child.returncode is not None:
        return
    with suppress(ProcessLookupError):
        child.terminate()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await child.wait()
    except TimeoutError:
        logger.error("the process that sends files does not stop, and is killed")
        child.kill()
        await child.wait()


def told_to_stop() -> Event:
    """An event that is set by a signal, or when the parent is gone: it holds the other end of our input."""
    stopping = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())

    def watch() -> None:
        while os.read(0, 1):
            pass
        stopping.set()

    Thread(target=watch, name="parent", daemon=True).start()
    return stopping
