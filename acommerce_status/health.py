"""`/healthz`: this process is alive. `/readyz`: it can serve."""

from collections.abc import Callable

from django.core.cache import caches
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from acommerce_status.errors import get_only
from stores.counters import CounterStore
from wire.problem import Problem, respond, unavailable

MIGRATIONS_DUE = "migrations are due"


@get_only
def healthz(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "ok"})


@get_only
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and is migrated. The counters' store may be away: limits fail open."""
    checks = {"database": _said(_database), "limits": _said(_limits)}
    if checks["database"] != "ok":
        return respond(request, not_ready(checks["database"]))
    return JsonResponse({"status": "ok", "checks": checks})


def not_ready(state: str) -> Problem:
    """503 for a database in this state, such as `away`."""
    return unavailable(f"The database is not ready: {state}.")


def _said(check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception:
        return "away"


def _database() -> str:
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    return MIGRATIONS_DUE if executor.migration_plan(executor.loader.graph.leaf_nodes()) else "ok"


def _limits() -> str:
    counters = caches["limits"]
    return "ok" if not isinstance(counters, CounterStore) or counters.ping() else "away"
