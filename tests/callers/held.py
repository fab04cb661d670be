"""Work in a thread that is held before a step of it: before one of its statements, or before its commit."""

import time
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

from django.db import connection

TIMEOUT_SECONDS = 10
SQLITE_WAIT_SECONDS = 0.1
"""SQLite does not say who waits for a transaction: work that has not gone on after this is taken to."""


class Held:
    """`work` in a thread of its own, held before its step number `step`, counted from 0.

    Steps are the statements, and each commit; work with fewer of them is never held.
    """

    def __init__(self, work: Callable[[], Any], step: int) -> None:
        self.result: Any = None
        self.steps = 0
        self._work, self._step = work, step
        self._held, self._go = Event(), Event()
        self._thread = Thread(target=self._run)
        self._thread.start()

    def settle(self) -> None:
        """Wait until the work is held, has ended, or waits for a lock."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        started = time.monotonic()
        while self._thread.is_alive() and (self._go.is_set() or not self._held.is_set()):
            if _waits_for_a_lock(started):
                return
            assert time.monotonic() < deadline
            time.sleep(0.002)

    def go_on(self) -> None:
        """Let the work go on, until it has ended or waits for a lock."""
        self._go.set()
        self.settle()

    def end(self) -> Any:
        """What the work returned, at its end."""
        self._go.set()
        self._thread.join(TIMEOUT_SECONDS)
        assert not self._thread.is_alive()
        return self.result

    def _run(self) -> None:
        commit = connection.commit

        def held_commit() -> None:
            self._hold()
            commit()

        try:
            connection.commit = held_commit  # type: ignore[method-assign]  # a commit is no statement
            with connection.execute_wrapper(self._before_statement):
                self.result = self._work()
        finally:
            connection.commit = commit  # type: ignore[method-assign]  # as it was
            connection.close()

    def _before_statement(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        self._hold()
        return execute(*arguments)

    def _hold(self) -> None:
        if self.steps == self._step:
            self._held.set()
            self._go.wait(TIMEOUT_SECONDS)
        self.steps += 1


def _waits_for_a_lock(started: float) -> bool:
    if connection.vendor != "postgresql":
        return time.monotonic() - started > SQLITE_WAIT_SECONDS
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        waiting: int = cursor.fetchone()[0]
    return waiting > 0
