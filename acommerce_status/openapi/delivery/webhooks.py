"""What receivers get (contract, section 10), as `webhooks` of OpenAPI 3.1."""

from typing import Any

from acommerce_status.openapi.fields import TIME_EXAMPLE
from acommerce_status.openapi.headers import JSON

SENT: dict[str, tuple[str, str]] = {
    "webhook-id": ("The same for every try of a state; another one after a replay.", "msg_2b7c0d9a"),
    "webhook-timestamp": ("When it was signed, in Unix seconds.", "1795340400"),
    "webhook-signature": (
        "Standard Webhooks: `v1,` and base64 of the HMAC-SHA256 of `id.timestamp.body`; two, while rotated.",
        "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
    ),
    "X-Acomm-Signature": ("HMAC-SHA256 of the body alone, in hex, by the newest secret.", "9f86d081884c7d65"),
    "X-Acomm-Event": ("The format.", "SALES_ORDER_STATUS_V3"),
    "X-Acomm-Channel": ("The channel of the order, percent-encoded.", "lazada-th"),
    "X-Acomm-Updated-Time": ("The `updatedTime` of the order. Keep the later one.", TIME_EXAMPLE),
    "X-Acomm-Held": ("How many orders of yours are held.", "0"),
}
SOMETIMES: dict[str, tuple[str, str]] = {
    "X-Acomm-Complete-Until": ("Up to here you have all but what is held. Left out at first.", TIME_EXAMPLE),
    "X-Acomm-Test": ("Only with a test.", "true"),
    "Authorization": ("What you asked for in `webhook.authorization`.", "Bearer your-own"),
}
MEANINGS = {
    "2XX": "Accepted. Answer within 15 seconds, and work afterwards.",
    "410": "Send nothing more: the subscription is disabled.",
    "429": "Too fast: nothing more is sent before `Retry-After` is over.",
    "4XX": "This order is held, and tried again for five days while others go on.",
    "5XX": "As 4XX; 503 with `Retry-After` as 429.",
}


def webhook(name: str, shape: str, example: Any, more: dict[str, tuple[str, str]] | None = None) -> JSON:
    """The description of the deliveries of one format, by its name; `more` headers come with it."""
    headers = [_header(header, *text, required=True) for header, text in (SENT | (more or {})).items()]
    headers += [_header(header, *text, required=False) for header, text in SOMETIMES.items()]
    content = {
        "schema": {"$ref": f"#/components/schemas/{shape}"},
        "examples": {"AnOrder": {"value": example}},
    }
    operation = {
        "operationId": f"receive_{name.lower()}",
        "summary": f"An order changed ({name})",
        "description": "One `POST` for each order that changed, as it is now: the order object of a page,"
        " with its whole history. At least once, and never an older state after a newer one has begun.",
        "tags": ["What you receive"],
        "security": [],
        "parameters": headers,
        "requestBody": {"required": True, "content": {"application/json": content}},
        "responses": {status: {"description": text} for status, text in MEANINGS.items()},
    }
    return {name: {"post": operation}}


def _header(name: str, description: str, example: str, *, required: bool) -> JSON:
    schema = {"type": "string", "examples": [example]}
    return {"in": "header", "name": name, "required": required, "description": description, "schema": schema}
