"""The v2 status rules (contract, section 6) on random histories, against a slow restatement of them."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from orders.statuses import OrderStatus, ShipmentStatus
from orders.v2.legacy import legacy_order, legacy_status
from testbed.events import Fields
from tests.promises import oracle

OF_ORDER = st.tuples(st.none(), st.sampled_from(OrderStatus.values))
OF_SHIPMENT = st.tuples(st.sampled_from(["S-1", "S-2", "S-3"]), st.sampled_from(ShipmentStatus.values))
STEPS = st.lists(st.tuples(OF_ORDER | OF_SHIPMENT, st.integers(0, 9), st.booleans()), max_size=12)
PARTNERS = st.sampled_from(["143", "0", "007", "p-9", "99999999999999999999", "²", "١٢"])


def told(steps: list[Any], partner: str) -> Fields:
    """The v3 order of these steps: ((shipment or None, status), minute, whether it was withdrawn)."""
    feed = oracle.Oracle()
    key = "lazada-th", "A"
    feed.orders[key] = {}
    for number, ((shipment_id, status), minute, deleted) in enumerate(steps):
        feed.orders[key][f"e{number:02}"] = {
            "eventId": f"e{number:02}",
            "deleted": deleted,
            "partnerId": partner,
            "orderCreatedTime": "2026-11-20T03:00:00.000000Z",
            "shipmentId": shipment_id,
            "trackingId": f"TRK{number}" if number % 3 else None,
            "carrier": None,
            "status": status,
            "detailedStatus": f"D{number}" if number % 2 else None,
            "detail": f"after {number}",
            "eventTime": f"2026-11-20T03:0{minute}:00.000000Z",
            "updatedTime": f"2026-11-20T04:00:{number:02}.000000Z",
        }
    return feed.document(key)


@given(STEPS.filter(bool), st.sampled_from(["143", "p-9"]))
def test_v2_is_what_its_rules_say(steps: list[Any], partner: str) -> None:
    document = told(steps, partner)

    assert legacy_order(document) == oracle.legacy(document)
    assert legacy_status(document) == oracle.legacy_status(document)


@given(STEPS.filter(bool))
def test_the_status_that_v2_filters_on_is_the_last_one_it_shows(steps: list[Any]) -> None:
    document = told(steps, "143")

    shown = [entry["orderStatus"] for entry in legacy_order(document)["orderStatus"]]

    assert [legacy_status(document)] == (shown[-1:] or [None])


@given(PARTNERS)
def test_a_partner_that_looks_like_an_integer_is_one_and_every_other_is_told_as_it_is(partner: str) -> None:
    found = legacy_order(told([((None, "NEW"), 0, False)], partner))["partnerId"]

    assert found == {"143": 143, "0": 0}.get(partner, partner)
