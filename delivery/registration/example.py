"""The order of a test: an invented one that no feed has."""

from datetime import datetime

import orjson

from callers.models import Scope
from orders.forms import Row
from wire.times import format_time

ORDER_ID = "TEST-1"
OTHER = "test"
"""The channel of a partner's example, and the partner of a channel's."""


def example(scope: Scope, now: datetime) -> Row:
    """An order of this channel or partner as a stored document has it, published now."""
    time = format_time(now)
    names = {"channel": OTHER, "partner": OTHER, scope.kind: scope.identifier}
    entry = {
        "eventId": f"test-{time}",
        "status": "NEW",
        "detailedStatus": None,
        "detail": "A test: this order does not exist.",
        "eventTime": time,
        "updatedTime": time,
    }
    document = {
        "orderId": ORDER_ID,
        "channelId": names["channel"],
        "partnerId": names["partner"],
        "orderCreatedTime": time,
        "updatedTime": time,
        "orderStatus": "NEW",
        "statusHistory": [entry],
        "shipments": [],
    }
    return Row(now, names["channel"], ORDER_ID, orjson.dumps(document).decode())
