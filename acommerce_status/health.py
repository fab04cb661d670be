"""`/healthz`: this process is alive. `/readyz`: it can serve."""

import time
from collections.abc import Callable
from threading import Lock

from django.conf import settings
from django.core.cache import caches
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from acommerce_status.errors import get_only
from stores.counters import CounterStore
from wire.problem import Problem, respond, unavailable

MIGRATIONS_DUE = "migrations are due"
READ_ONLY = "read-only"
MEMORY_SECONDS = 1


@get_only
def healthz(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "ok"})


@get_only
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when this process can answer polls and give tokens; what it says is at most a second old.

    A process that polls replicas stays ready while its primary takes no writes: polls go on, and only new
    tokens have to wait. The counters' store may be away: limits fail open.
    """
    checks = readiness.checks()
    enough = ("ok", READ_ONLY) if settings.DATABASE_REPLICA_URLS else ("ok",)
    if checks["database"] not in enough:
        return respond(request, not_ready(checks["database"]))
    return JsonResponse({"status": "ok", "checks": checks})


def not_ready(state: str) -> Problem:
    """503 for a database in this state, such as `away`."""
    return unavailable(f"The database is not ready: {state}.")


class Readiness:
    """What the checks said last. However often it is asked for, one thread looks, and once a second."""

    def __init__(self) -> None:
        self._looking = Lock()
        self.forget()

    def forget(self) -> None:
        """Look again when asked next."""
        self._seen: dict[str, str] = {}
        self._looked_time = float("-inf")

    def checks(self) -> dict[str, str]:
        """The state of the database and of the counters' store, by name: `ok`, or what is wrong."""
        is_known = bool(self._seen)
        if is_known and time.monotonic() - self._looked_time < MEMORY_SECONDS:
            return self._seen
        if not self._looking.acquire(blocking=not is_known):
            return self._seen
        try:
            self._seen = {"database": _said(_database), "limits": _said(_limits)}
            self._looked_time = time.monotonic()
        finally:
            self._looking.release()
        return self._seen


readiness = Readiness()


def _said(check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception:
        return "away"


def _database() -> str:
    with connections[settings.FEED_DATABASE].cursor() as cursor:
        cursor.execute("SELECT 1")
    primary = connections[DEFAULT_DB_ALIAS]
    executor = MigrationExecutor(primary)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return MIGRATIONS_DUE
    return READ_ONLY if _refuses_writes(primary) else "ok"


def _refuses_writes(connection: BaseDatabaseWrapper) -> bool:
    """Whether PostgreSQL is a standby, or was told to be read-only.

    The next look is then by another connection, because this one may stay read-only for as long as it lives.
    """
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SHOW transaction_read_only")
        refuses = bool(cursor.fetchone() == ("on",))
    if refuses:
        connection.connection.give_up()
    return refuses


def _limits() -> str:
    counters = caches["limits"]
    return "ok" if not isinstance(counters, CounterStore) or counters.can_count() else "away"
