"""What a webhook in the format SALES_ORDER_STATUS sends: the order of a v2 page, compact and in ASCII."""

import json

import orjson

from orders.v2.deprecation import dates
from orders.v2.legacy import legacy_order


def legacy_body(document: str) -> tuple[bytes, dict[str, str]]:
    """The body, and headers that come with it: existing receivers may re-serialise what they check."""
    order = legacy_order(orjson.loads(document))
    return json.dumps(order, separators=(",", ":")).encode(), dates()
