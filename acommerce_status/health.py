"""`/healthz`: this process is alive. `/readyz`: it can serve."""

from collections.abc import Callable
from typing import Any

from django.core.cache import caches
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from acommerce_status.errors import get_only
from acommerce_status.openapi.identity import header_refs
from stores.counters import CounterStore
from wire.problem import respond, unavailable


def _path(name: str, summary: str, shape: str, example: Any) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{shape}"}
    ok = {
        "description": "Yes.",
        "headers": header_refs("X-Request-ID"),
        "content": {"application/json": {"schema": schema, "examples": {"Yes": {"value": example}}}},
    }
    operation = {"operationId": name, "summary": summary, "tags": ["Health"], "responses": {"200": ok}}
    return {"get": operation}


PATHS = {
    "/healthz": _path("healthz", "Is this process alive?", "Alive", {"status": "ok"}),
    "/readyz": _path(
        "readyz",
        "Can it serve?",
        "Ready",
        {"status": "ok", "checks": {"database": "ok", "limits": "ok"}},
    ),
}
"""What the OpenAPI document says of both; acommerce_status.openapi.document adds the errors."""


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
    counters = caches["limits"]
    return "ok" if not isinstance(counters, CounterStore) or counters.ping() else "away"
