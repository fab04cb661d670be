from datetime import UTC, datetime

import orjson
import pytest

from orders.publishing.decoding import read_event
from orders.publishing.events import PublishedEvent, Withdrawal
from orders.statuses import OrderStatus, ShipmentStatus
from testbed.events import Fields, event, shipment_event, withdrawal


def without(name: str) -> Fields:
    return {key: value for key, value in event().items() if key != name}


def test_an_event_is_read_whole() -> None:
    fields = shipment_event(eventId="e-1", detailedStatus="DEPARTED_HUB", detail="by lorry")

    found = read_event(orjson.dumps(fields))

    assert found == PublishedEvent(
        event_id="e-1",
        revision=1,
        channel_id="lazada-th",
        partner_id="143",
        order_id="FRIS00201",
        order_created_time=datetime(2026, 11, 20, 3, 11, 9, tzinfo=UTC),
        shipment_id="S-1",
        tracking_id="TRK1",
        carrier="KERRY",
        status="IN_TRANSIT",
        detailed_status="DEPARTED_HUB",
        detail="by lorry",
        event_time=datetime(2026, 11, 20, 3, 11, 9, tzinfo=UTC),
    )


def test_a_dict_is_read_like_the_line_it_would_be() -> None:
    fields = shipment_event(eventTime="2026-11-20T10:11:09+07:00")

    assert read_event(fields) == read_event(orjson.dumps(fields))


def test_a_deletion_needs_only_its_id_and_revision() -> None:
    assert read_event(withdrawal("e-1", 7)) == Withdrawal(event_id="e-1", revision=7)


def test_the_rest_of_a_deletion_means_nothing() -> None:
    line = event(eventId="e-1", deleted=True, status="WHATEVER", eventTime="never", orderId=None)

    assert read_event(line) == Withdrawal(event_id="e-1", revision=1)


def test_unknown_fields_are_passed_over() -> None:
    fields = event()

    assert read_event(fields | {"newInTheirNextRelease": [1]}) == read_event(fields)


@pytest.mark.parametrize(
    "name", ["trackingId", "carrier", "detailedStatus", "detail", "shipmentId", "deleted"]
)
def test_what_may_be_null_may_be_left_out(name: str) -> None:
    assert isinstance(read_event(without(name)), PublishedEvent)


@pytest.mark.parametrize("name", ["trackingId", "carrier", "detailedStatus", "detail"])
def test_a_blank_text_is_none(name: str) -> None:
    fields = event(eventId="e-1")

    assert read_event(fields | {name: ""}) == read_event(fields | {name: None})


@pytest.mark.parametrize("status", OrderStatus.values)
def test_every_status_of_an_order_is_taken(status: str) -> None:
    assert isinstance(read_event(event(status=status)), PublishedEvent)


@pytest.mark.parametrize("status", ShipmentStatus.values)
def test_every_status_of_a_shipment_is_taken(status: str) -> None:
    assert isinstance(read_event(shipment_event(status=status)), PublishedEvent)
