"""Orders, as stored and as answered, are what the serializers and the OpenAPI documents declare."""

from typing import Any

import orjson
import pytest
from django.test import Client

from orders.models import SalesOrder
from orders.v2.legacy import legacy_order
from orders.v2.serializers import LegacyOrderSerializer
from orders.v3.serializers import SalesOrderSerializer
from testbed.events import event, shipment_event, withdrawal
from testbed.feeds import PATH
from tests.conftest import Publish
from tests.openapi import assert_documented, assert_valid

pytestmark = [pytest.mark.wire, pytest.mark.django_db]

DECLARED = "channel/{channelId}/sales-order-status"


@pytest.fixture
def varied_orders(publish: Publish) -> None:
    """Orders of every kind: bare, full, revised, emptied, with and without parcels, with odd names."""
    publish(
        event(orderId="bare"),
        event(orderId="told", detailedStatus="PAYMENT_APPROVED", detail="paid in cash\nat the door"),
        event(orderId="emptied", eventId="gone"),
        withdrawal("gone"),
        event(orderId="sent"),
        shipment_event(orderId="sent"),
        shipment_event(orderId="sent", shipmentId="S-2", trackingId=None, carrier=None, status="PACKED"),
        shipment_event(orderId="parcel emptied", eventId="lost"),
        withdrawal("lost"),
        event(orderId="revised", eventId="twice"),
        event(orderId="revised", eventId="twice", revision=2, status="CANCELED", detailedStatus=""),
        event(orderId="ส่งแล้ว 🚚", partnerId="143"),
        event(orderId="x" * 100, partnerId="acme-beauty", detail="y" * 4000),
    )


@pytest.mark.usefixtures("varied_orders")
def test_stored_documents_have_the_declared_shape() -> None:
    documents = [orjson.loads(text) for text in SalesOrder.objects.values_list("document", flat=True)]

    assert len(documents) == 8
    for stored in documents:
        assert_valid("v3", stored, {"$ref": "#/components/schemas/SalesOrder"})
        assert_valid("v2", legacy_order(stored), {"$ref": "#/components/schemas/LegacyOrder"})


@pytest.mark.usefixtures("varied_orders")
def test_stored_documents_are_what_the_serializers_take() -> None:
    documents = [orjson.loads(text) for text in SalesOrder.objects.values_list("document", flat=True)]

    assert len(documents) == 8
    for stored in documents:
        assert set(stored) == set(SalesOrderSerializer().fields)
        SalesOrderSerializer(data=stored).is_valid(raise_exception=True)
        assert set(legacy_order(stored)) == set(LegacyOrderSerializer().fields)


@pytest.mark.parametrize("version", ["v3", "v2"])
@pytest.mark.parametrize("query", [{}, {"pageSize": 3}, {"updatedSince": "2026-11-22T08:00:00.5+07:00"}])
@pytest.mark.usefixtures("varied_orders")
def test_a_page_is_as_documented(api: Client, version: str, query: dict[str, Any]) -> None:
    response = api.get(f"/{version}{PATH}", query)

    assert response.status_code == 200
    assert_documented(response, version, f"/{version}/{DECLARED}")


@pytest.mark.parametrize("version", ["v3", "v2"])
@pytest.mark.usefixtures("varied_orders")
def test_orders_by_id_are_as_documented(api: Client, version: str) -> None:
    response = api.get(f"/{version}{PATH}/id", {"id": ["sent", "ส่งแล้ว 🚚", "nowhere"]})

    assert response.status_code == 200
    assert_documented(response, version, f"/{version}/{DECLARED}/id")


@pytest.mark.parametrize("version", ["v3", "v2"])
def test_nothing_new_is_as_documented(api: Client, version: str) -> None:
    tag = api.get(f"/{version}{PATH}")["ETag"]

    response = api.get(f"/{version}{PATH}", headers={"If-None-Match": tag})

    assert response.status_code == 304
    assert_documented(response, version, f"/{version}/{DECLARED}")
