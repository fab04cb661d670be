"""What a process gathers in memory is written every few seconds by one thread, and when the process ends."""

import atexit
import logging
import time
from collections.abc import Callable
from threading import Lock, Thread

from django.conf import settings
from django.db import connections

from stores.notes import Away

logger = logging.getLogger(__name__)


class Writer:
    """Calls every function that was registered, each NOTES_SECONDS. With 0 it does so only when told."""

    def __init__(self) -> None:
        self._writes: list[Callable[[], None]] = []
        self._writing = Lock()
        self._starting = Lock()
        self._thread: Thread | None = None
        self._is_away = False

    def register(self, write: Callable[[], None]) -> Callable[[], None]:
        """Have `write` called. It raises Away and keeps what it could not write for the next time."""
        self._writes.append(write)
        return write

    def start(self) -> None:
        """Have the thread run. Whoever gathers something calls it, because a process may have been forked."""
        if self._thread is None and settings.NOTES_SECONDS:
            with self._starting:
                if self._thread is None:
                    self._thread = Thread(target=self._run, name="notes: writer", daemon=True)
                    self._thread.start()
                    atexit.register(self.flush)

    def flush(self) -> None:
        """Write now what was gathered until now. When the store is away the log says so, once."""
        with self._writing:
            try:
                for write in self._writes:
                    write()
                self._is_away = False
            except Away as error:
                if not self._is_away:
                    logger.warning("what was gathered cannot be written, and waits: %s", error)
                self._is_away = True

    def _run(self) -> None:
        while True:
            time.sleep(settings.NOTES_SECONDS)
            try:
                self.flush()
            except Exception:
                logger.exception("what was gathered was not written")
            connections.close_all()


writer = Writer()
