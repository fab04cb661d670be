"""The v2 status of an order, case by case (contract, section 6)."""

import pytest
from django.test import Client

from testbed.events import history_of
from testbed.feeds import V2_FEED
from tests.conftest import Publish

pytestmark = pytest.mark.wire


CASES: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "an order is new": ("NEW", [("order", "NEW")]),
    "in progress by its own word is new until a shipment leaves": ("NEW", [("order", "IN_PROGRESS")]),
    "waiting for stock is new": ("NEW", [("order", "BACK_ORDERED")]),
    "picked, packed and ready is new": (
        "NEW",
        [("S-1", "READY_TO_PICK"), ("S-1", "PACKED"), ("S-1", "READY_TO_SHIP")],
    ),
    "a shipment left": ("NEW IN_PROGRESS", [("order", "NEW"), ("S-1", "PACKED"), ("S-1", "IN_TRANSIT")]),
    "on its last leg": ("IN_PROGRESS", [("S-1", "IN_TRANSIT"), ("S-1", "OUT_FOR_DELIVERY")]),
    "one of two left": ("NEW IN_PROGRESS", [("S-1", "PACKED"), ("S-2", "PACKED"), ("S-2", "IN_TRANSIT")]),
    "delivered": ("IN_PROGRESS COMPLETED", [("S-1", "IN_TRANSIT"), ("S-1", "DELIVERED")]),
    "one of two delivered": (
        "NEW IN_PROGRESS",
        [
            ("S-1", "PACKED"),
            ("S-2", "PACKED"),
            ("S-1", "IN_TRANSIT"),
            ("S-1", "DELIVERED"),
        ],
    ),
    "both delivered": (
        "NEW IN_PROGRESS COMPLETED",
        [
            ("S-1", "PACKED"),
            ("S-2", "PACKED"),
            ("S-1", "DELIVERED"),
            ("S-2", "DELIVERED"),
        ],
    ),
    "a second shipment appears after the first was delivered": (
        "COMPLETED IN_PROGRESS COMPLETED",
        [
            ("S-1", "DELIVERED"),
            ("S-2", "PACKED"),
            ("S-2", "DELIVERED"),
        ],
    ),
    "delivery failed, then it succeeded": (
        "IN_PROGRESS ERROR COMPLETED",
        [
            ("S-1", "IN_TRANSIT"),
            ("S-1", "DELIVERY_FAILED"),
            ("S-1", "DELIVERED"),
        ],
    ),
    "rejected": ("ERROR", [("S-1", "REJECTED")]),
    "returned": ("ERROR", [("S-1", "RETURNED")]),
    "lost": ("ERROR", [("S-1", "LOST")]),
    "one failed, and then the other moved": (
        "NEW ERROR IN_PROGRESS",
        [
            ("S-1", "PACKED"),
            ("S-1", "DELIVERY_FAILED"),
            ("S-2", "IN_TRANSIT"),
        ],
    ),
    "the order's word between does not end a failure": (
        "ERROR",
        [
            ("S-1", "DELIVERY_FAILED"),
            ("order", "IN_PROGRESS"),
        ],
    ),
    "a cancelled shipment that never left is new": ("NEW", [("S-1", "CANCELED")]),
    "a cancelled order is cancelled whatever its shipments do": (
        "NEW CANCELED",
        [
            ("order", "NEW"),
            ("order", "CANCELED"),
            ("S-1", "DELIVERED"),
        ],
    ),
    "an order in error is in error whatever its shipments do": (
        "IN_PROGRESS ERROR",
        [
            ("S-1", "IN_TRANSIT"),
            ("order", "ERROR"),
            ("S-1", "DELIVERED"),
        ],
    ),
    "a completed order is completed before its shipment is": (
        "NEW COMPLETED",
        [
            ("S-1", "PACKED"),
            ("order", "COMPLETED"),
            ("S-1", "LOST"),
        ],
    ),
    "a later word of the order gives its shipments their say again": (
        "IN_PROGRESS ERROR COMPLETED",
        [
            ("S-1", "IN_TRANSIT"),
            ("order", "ERROR"),
            ("S-1", "DELIVERED"),
            ("order", "IN_PROGRESS"),
        ],
    ),
    "completed by hand after all were delivered is one entry": (
        "NEW COMPLETED",
        [
            ("order", "NEW"),
            ("S-1", "DELIVERED"),
            ("order", "COMPLETED"),
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_status_after_each_event(api: Client, publish: Publish, case: str) -> None:
    expected, steps = CASES[case]
    publish(*reversed(history_of(*steps)))

    order = api.get(V2_FEED).json()[0]

    statuses = [entry["orderStatus"] for entry in order["orderStatus"]]
    assert " ".join(statuses) == expected
    assert [entry["orderDetailedStatus"] for entry in order["orderDetailedStatus"]] == [
        step[1] for step in steps
    ]


@pytest.mark.parametrize("case", CASES)
def test_the_filter_means_the_last_of_them(api: Client, publish: Publish, case: str) -> None:
    expected, steps = CASES[case]
    publish(*history_of(*steps))

    found = {
        status
        for status in ("NEW", "IN_PROGRESS", "BACK_ORDERED", "COMPLETED", "CANCELED", "ERROR")
        if api.get(V2_FEED, {"orderStatus": status}).json()
    }

    assert found == {expected.split()[-1]}
