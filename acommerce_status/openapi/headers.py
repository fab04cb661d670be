"""The headers of responses, as both OpenAPI documents declare them; v2 adds its own."""

from typing import Any

from wire.problem import CHALLENGE

JSON = dict[str, Any]

_POLICY = '"[a-z]+";q=[0-9]+;w=[0-9]+'
_STATE = '"[a-z]+";r=[0-9]+;t=[0-9]+'

HEADERS: JSON = {
    "Cache-Control": {
        "description": "A page may be kept by its caller only, and asked for again with `If-None-Match`."
        " A token may not be kept on the way.",
        "required": True,
        "schema": {"type": "string"},
        "example": "private, no-cache",
    },
    "RateLimit-Policy": {
        "description": "Your quotas: `q` requests in `w` seconds."
        " `caller` counts all your requests, `order` those for one order id."
        " (draft-ietf-httpapi-ratelimit-headers-11)",
        "schema": {"type": "string", "pattern": f"^{_POLICY}(, {_POLICY})*$"},
        "example": '"caller";q=600;w=60',
    },
    "RateLimit": {
        "description": "What is left of each quota: `r` requests, until it is full again in `t` seconds."
        " Absent while limits are not counted.",
        "schema": {"type": "string", "pattern": f"^{_STATE}(, {_STATE})*$"},
        "example": '"caller";r=599;t=42',
    },
    "Retry-After": {
        "description": "Whole seconds to wait before the next request.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
        "example": 17,
    },
    "WWW-Authenticate": {
        "description": "How to prove who you are (RFC 9110).",
        "required": True,
        "schema": {"type": "string"},
        "example": CHALLENGE["WWW-Authenticate"],
    },
    "ETag": {
        "description": "Names this answer. Send it back in `If-None-Match`; 304 says that nothing changed.",
        "required": True,
        "schema": {"type": "string", "pattern": '^W/"[0-9a-f]+"$'},
        "example": 'W/"6b1f0a5c2d9e4873b0c1d2e3"',
    },
    "Link": {
        "description": '`rel="next"`: the next page, when there is one; of a 410 `rel="first"`: where to'
        " begin again (RFC 8288).",
        "schema": {"type": "string"},
        "example": "<https://orders.example.com/v3/channel/lazada-th/sales-order-status"
        '?updatedSince=2026-11-22T08:00:00.000020Z>; rel="next"',
    },
}

REQUEST_ID = "d0f3c2a94be14e7f8a6b5c4d3e2f1a09"
"""The request id of all examples."""
X_REQUEST_ID: JSON = {
    "description": "Names this request in our log: yours, if you sent a sane one, else one of ours.",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": 100},
    "example": REQUEST_ID,
}

PRIVATE = ("X-Request-ID", "Cache-Control")
"""The headers that every answer of a polling view has."""
COUNTED = (*PRIVATE, "RateLimit-Policy", "RateLimit")
"""The headers of an answer to a request that was counted against quotas."""


def header_refs(*names: str) -> JSON:
    """The `headers` of a response: references to the ones that the document declares once."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
