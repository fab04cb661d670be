"""Whether two servers answer with the same orders, whatever the shape they give to times and lists."""

import json
from datetime import UTC, datetime
from typing import Any


def orders(body: bytes) -> list[dict[str, Any]]:
    """The orders in an answer of anyone's: a list of orders, or an object that holds one as `orders`."""
    answer = json.loads(body)
    return [_order(order) for order in (answer["orders"] if isinstance(answer, dict) else answer)]


def check(ours: bytes, theirs: bytes, name: str) -> None:
    """Raises ValueError, naming the first order that is different."""
    mine, other = orders(ours), orders(theirs)
    if len(mine) != len(other):
        raise ValueError(f"{name} answers with {len(other)} orders, we with {len(mine)}")
    for here, there in zip(mine, other, strict=True):
        if here != there:
            raise ValueError(f"{name} answers with\n{there}\nwhere we have\n{here}")


def _order(order: dict[str, Any]) -> dict[str, Any]:
    """Times as instants, shipments by id, and without what PostgREST is spared (peers/postgrest.py)."""
    shipments = [
        {key: value for key, value in shipment.items() if key != "shipmentStatus"}
        for shipment in order["shipments"]
    ]
    same: dict[str, Any] = _instants(
        {**order, "shipments": sorted(shipments, key=lambda row: row["shipmentId"])}
    )
    return same


def _instants(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _instants(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_instants(item) for item in value]
    return datetime.fromisoformat(value).astimezone(UTC) if name.endswith("Time") else value
