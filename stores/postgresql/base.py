"""Django's PostgreSQL, with an end to every wait: a server that hangs never holds one of our threads.

PostgreSQL's own timeouts (stores.databases) end what is slow. They say nothing while the server
itself hangs, or the network swallows what it says; then the client has to give up. Those who come next do
not wait as well: each would hold a thread for as long again, and a crowd would stand in line for minutes.
"""

import time
from collections import defaultdict
from select import POLLIN, poll
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg.abc import PQGen
from psycopg_pool import PoolTimeout

CHECK_SECONDS = 0.1
"""How often a waiting thread looks up; psycopg's own figure."""


PAUSE_SECONDS = 1.0
"""For how long a server that was silent is not asked again."""


class Gate:
    """In front of a server: shut for a moment after nothing was heard of it."""

    def __init__(self) -> None:
        self._shut_until = 0.0

    def shut(self) -> None:
        self._shut_until = time.monotonic() + PAUSE_SECONDS

    def pass_through(self) -> None:
        """Raises OperationalError while it is shut."""
        if time.monotonic() < self._shut_until:
            raise psycopg.OperationalError("not asked, for it did not answer a moment ago")


GATES: dict[str, Gate] = defaultdict(Gate)
"""By the alias in DATABASES, for all threads of a process."""


class Connection(psycopg.Connection[Any]):
    """Gives up on a server that has been silent for `patience_seconds`, and is of no more use then."""

    patience_seconds: float = 5
    gate: Gate | None = None

    def wait(self, gen: PQGen[Any], interval: float = CHECK_SECONDS, timeout: float | None = None) -> Any:
        """Raises OperationalError. The server may still do what it was told, as when a network breaks."""
        patience = self.patience_seconds if timeout is None else timeout
        try:
            return super().wait(gen, interval, patience)
        except psycopg.errors._WaitTimeout as error:
            self.pgconn.finish()
            if self.gate:
                self.gate.shut()
            raise psycopg.errors.ConnectionTimeout(f"no answer within {patience} seconds") from error

    def has_hung_up(self) -> bool:
        """Whether the server has ended this idle connection. No round trip: its farewell would be here."""
        inbox = poll()
        try:
            inbox.register(self.fileno(), POLLIN)
            while inbox.poll(0):  # a notice, or a farewell and then the end
                self.pgconn.consume_input()
        except psycopg.OperationalError:
            self.pgconn.finish()
        return self.closed


class DatabaseWrapper(base.DatabaseWrapper):
    """Hands out connections that are alive, with the patience of `PATIENCE_SECONDS` in DATABASES."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """One from the pool that its server has not ended meanwhile, so that a restart costs no answer."""
        gate = GATES[self.alias]
        gate.pass_through()
        try:
            connection = super().get_new_connection(conn_params)
            while self.pool and connection.has_hung_up():
                self.pool.putconn(connection)
                connection = super().get_new_connection(conn_params)
        except PoolTimeout:
            gate.shut()
            raise
        connection.patience_seconds, connection.gate = self.settings_dict["PATIENCE_SECONDS"], gate
        return connection
