"""Invented orders for the demo: several channels, all statuses, 0 to 3 shipments, revisions, deletions."""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from wire.times import format_time

CHANNELS = {"lazada-th": "FR", "shopee-th": "SP", "zalora-ph": "ZA", "brand-sg": "BR"}
PARTNERS = ("143", "207", "acme-beauty")
CARRIERS = ("KERRY", "FLASH", "NINJAVAN")
ENDS = (*["DELIVERED"] * 6, "DELIVERY_FAILED", "REJECTED", "RETURNED", "LOST", "CANCELED")

Row = dict[str, Any]


@dataclass
class DemoOrder:
    """An order that lives on: `step` tells what happens to it next, as a published event."""

    rng: random.Random
    number: int
    created: datetime
    shipments: list[str] = field(default_factory=list)
    published: list[Row] = field(default_factory=list)
    plan: list[tuple[str, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.channel_id = self.rng.choice(list(CHANNELS))
        self.partner_id = self.rng.choice(PARTNERS)
        self.order_id = f"{CHANNELS[self.channel_id]}{self.number:06d}"
        parcels = self.rng.choice((0, 1, 1, 1, 2, 3))
        self.shipments = [f"{self.order_id}-{index + 1}" for index in range(parcels)]
        self.plan = [*self._order_plan(), *self._shipment_plan()]
        self.time = self.created

    def step(self, at: datetime | None = None) -> Row | None:
        """What happens next, `at` a time or some hours after the last: the event of it, rarely a revision
        or a deletion of an earlier one; None when all has happened."""
        chance = self.rng.random()
        if self.published and chance < 0.06:
            return self._revise(deleted=chance < 0.015)
        if not self.plan:
            return None
        shipment, status, detail = self.plan.pop(0)
        self.time = at or self.time + timedelta(minutes=self.rng.randint(2, 600))
        return self._remember(self._event(shipment, status, detail))

    def history(self, until: datetime) -> Iterator[Row]:
        """What has happened up to `until`."""
        while self.time < until and (row := self.step()):
            yield row

    def _order_plan(self) -> list[tuple[str, str, str]]:
        start = [("", "NEW", "CREATED"), ("", "IN_PROGRESS", "PAYMENT_APPROVED")]
        end = self.rng.choice(("COMPLETED", "COMPLETED", "COMPLETED", "CANCELED", "ERROR", "BACK_ORDERED"))
        return start if self.shipments else [*start, ("", end, end)]

    def _shipment_plan(self) -> list[tuple[str, str, str]]:
        plan = []
        for shipment in self.shipments:
            end = self.rng.choice(ENDS)
            way = ["READY_TO_PICK", "PACKED", "READY_TO_SHIP", "IN_TRANSIT", "OUT_FOR_DELIVERY", end]
            plan += [(shipment, status, status) for status in way]
        if self.shipments and self.rng.random() < 0.8:
            plan.append(("", "COMPLETED", "FULFILLED"))
        return plan

    def _event(self, shipment: str, status: str, detail: str) -> Row:
        on_its_way = shipment and status not in ("READY_TO_PICK", "PACKED")
        return {
            "eventId": str(uuid.UUID(int=self.rng.getrandbits(128), version=4)),
            "revision": 1,
            "deleted": False,
            "channelId": self.channel_id,
            "partnerId": self.partner_id,
            "orderId": self.order_id,
            "orderCreatedTime": format_time(self.created),
            "shipmentId": shipment or None,
            "trackingId": f"TRK{self.number:06d}{shipment[-1]}" if on_its_way else None,
            "carrier": CARRIERS[self.number % len(CARRIERS)] if on_its_way else None,
            "status": status,
            "detailedStatus": detail,
            "detail": None,
            "eventTime": format_time(self.time),
        }

    def _revise(self, *, deleted: bool) -> Row:
        row = dict(self.rng.choice(self.published))
        row |= {"revision": row["revision"] + 1, "detail": "corrected by the warehouse", "deleted": deleted}
        return self._remember(row)

    def _remember(self, row: Row) -> Row:
        self.published = [earlier for earlier in self.published if earlier["eventId"] != row["eventId"]]
        self.published.append(row)
        return row


def demo_orders(*, count: int, now: datetime, seed: int = 1, first: int = 1) -> list[DemoOrder]:
    """`count` orders made in the last ten days, the same ones for the same arguments."""
    rng = random.Random(seed)  # noqa: S311 - invented data
    return [
        DemoOrder(rng, number, now - timedelta(minutes=rng.randint(1, 10 * 24 * 60)))
        for number in range(first, first + count)
    ]
