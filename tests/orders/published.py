"""What has been published, read straight from the tables."""

from datetime import datetime
from typing import Any

import orjson

from orders.models import SalesOrder


def shown(order_id: str = "FRIS00201") -> dict[str, Any]:
    """The document of an order of channel lazada-th."""
    document: dict[str, Any] = orjson.loads(
        SalesOrder.objects.get(channel_id="lazada-th", order_id=order_id).document
    )
    return document


def history(order_id: str = "FRIS00201") -> list[str]:
    """The ids of the order's own events, as it shows them."""
    return [entry["eventId"] for entry in shown(order_id)["statusHistory"]]


def updated_time(order_id: str = "FRIS00201") -> datetime:
    """When an order of channel lazada-th last changed."""
    return SalesOrder.objects.get(channel_id="lazada-th", order_id=order_id).updated_time
