"""`/healthz`: this process is alive. `/readyz`: it can serve."""

from collections.abc import Callable

from django.core.cache import caches
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from acommerce_status.errors import get_only, respond, unavailable


@get_only
def healthz(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "ok"})


@get_only
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and is migrated. The counters' store may be away: limits fail open."""
    checks = {"database": _said(_database), "limits": _said(_limits)}
    if checks["database"] != "ok":
        return respond(request, unavailable(f"The database is not ready: {checks['database']}."))
    return JsonResponse({"status": "ok", "checks": checks})


def _said(check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception:
        return "away"


def _database() -> str:
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    return "migrations are due" if executor.migration_plan(executor.loader.graph.leaf_nodes()) else "ok"


def _limits() -> str:
    caches["limits"].set("readyz", 1, timeout=5)
    return "ok" if caches["limits"].get("readyz") == 1 else "away"
