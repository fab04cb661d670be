"""What the OpenAPI document of v3 says about `/healthz` and `/readyz`, which are no views of DRF."""

from typing import Any

from acommerce_status.openapi.headers import JSON, header_refs


def _operation(name: str, summary: str, description: str, shape: str, example: Any) -> JSON:
    schema = {"$ref": f"#/components/schemas/{shape}"}
    yes = {
        "description": "Yes.",
        "headers": header_refs("X-Request-ID"),
        "content": {"application/json": {"schema": schema, "examples": {"Yes": {"value": example}}}},
    }
    return {
        "operationId": name,
        "summary": summary,
        "description": description,
        "tags": ["Health"],
        "security": [],
        "responses": {"200": yes},
    }


PATHS: JSON = {
    "/healthz": {
        "get": _operation(
            "healthz",
            "Is this process alive?",
            "Asks neither the database nor the counters. Restart a process that does not answer.",
            "Alive",
            {"status": "ok"},
        )
    },
    "/readyz": {
        "get": _operation(
            "readyz",
            "Can it serve?",
            "Asks the database, and the counters of the limits. Send no polls to a server that answers 503.",
            "Ready",
            {"status": "ok", "checks": {"database": "ok", "limits": "ok"}},
        )
    },
}
"""acommerce_status.openapi.document adds the errors."""
