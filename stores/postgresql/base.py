"""Django's PostgreSQL, with an end to every wait: a server that hangs never holds one of our threads.

PostgreSQL's own timeouts (stores.databases) end what is slow. They say nothing while the server
itself hangs, or the network swallows what it says; then the client has to give up. Those who come next do
not wait as well: each would hold a thread for as long again, and a crowd would stand in line for minutes.
"""

from collections import defaultdict
from select import POLLIN, poll
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg.abc import PQGen
from psycopg_pool import PoolTimeout

from stores.breaker import Breaker
from stores.postgresql.pool_metrics import watch

CHECK_SECONDS = 0.1
"""How often a waiting thread looks up; psycopg's own figure."""

BREAKERS: dict[str, Breaker] = defaultdict(Breaker)
"""By the alias in DATABASES, for all threads of a process. Tripped by a server that was silent."""


class Connection(psycopg.Connection[Any]):
    """Gives up on a server that has been silent for `patience_seconds`, and is of no more use then."""

    patience_seconds: float = 5
    breaker: Breaker | None = None

    def wait(self, gen: PQGen[Any], interval: float = CHECK_SECONDS, timeout: float | None = None) -> Any:
        """Raises OperationalError. The server may still do what it was told, as when a network breaks.

        A connection that would fail again is ended too, so that it does not go back to the pool.
        """
        patience = self.patience_seconds if timeout is None else timeout
        try:
            return super().wait(gen, interval, patience)
        except psycopg.errors._WaitTimeout as error:
            self.pgconn.finish()
            if self.breaker:
                self.breaker.trip()
            raise psycopg.errors.ConnectionTimeout(f"no answer within {patience} seconds") from error
        except (psycopg.errors.ReadOnlySqlTransaction, psycopg.errors.FeatureNotSupported) as error:
            if not _would_fail_again(error):
                raise
            self.give_up()
            raise psycopg.OperationalError(f"connection given up: {error}") from error

    def give_up(self) -> None:
        """End it. The pool makes another one, perhaps to another server."""
        self.pgconn.finish()

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


def _would_fail_again(error: psycopg.Error) -> bool:
    """Whether only another connection can do better: to the primary, or without plans for older columns.

    A server that was demoted or is not yet promoted refuses writes. A column whose type has changed makes
    prepared statements fail for as long as the connection lives ("cached plan must not change result type").
    """
    is_stale_plan = error.diag.source_function == "RevalidateCachedQuery"  # the message may be translated
    return is_stale_plan or isinstance(error, psycopg.errors.ReadOnlySqlTransaction)


class DatabaseWrapper(base.DatabaseWrapper):
    """Hands out connections that are alive, with the patience of `PATIENCE_SECONDS` in DATABASES."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """One from the pool that its server has not ended meanwhile, so that a restart costs no answer."""
        breaker = BREAKERS[self.alias]
        if breaker.is_open:
            raise psycopg.OperationalError("not asked, because it did not answer a moment ago")
        try:
            connection = super().get_new_connection(conn_params)
            while self.pool and connection.has_hung_up():
                self.pool.putconn(connection)
                connection = super().get_new_connection(conn_params)
        except PoolTimeout:
            breaker.trip()
            raise
        if self.pool:
            watch(self.alias, self.pool)
        connection.patience_seconds, connection.breaker = self.settings_dict["PATIENCE_SECONDS"], breaker
        return connection
