"""What is stored and answered is what the serializers and the OpenAPI documents declare."""

from typing import Any

import orjson
import pytest
from django.db import OperationalError
from django.test import Client, override_settings

from orders.models import SalesOrder
from orders.v2.legacy import legacy_order
from orders.v2.serializers import LegacyOrderSerializer
from orders.v3.serializers import SalesOrderSerializer
from orders.views import PollView
from tests.conftest import Credentials, Publish
from tests.factories import event, shipment_event, withdrawal
from tests.openapi import assert_documented, assert_valid

pytestmark = [pytest.mark.wire, pytest.mark.django_db]

FEED = "channel/lazada-th/sales-order-status"
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

    for stored in documents:
        assert set(stored) == set(SalesOrderSerializer().fields)
        SalesOrderSerializer(data=stored).is_valid(raise_exception=True)
        assert set(legacy_order(stored)) == set(LegacyOrderSerializer().fields)


@pytest.mark.parametrize("version", ["v3", "v2"])
@pytest.mark.parametrize("query", [{}, {"pageSize": 3}, {"updatedSince": "2026-11-22T08:00:00.5+07:00"}])
@pytest.mark.usefixtures("varied_orders")
def test_a_page_is_as_documented(api: Client, version: str, query: dict[str, Any]) -> None:
    response = api.get(f"/{version}/{FEED}", query)

    assert response.status_code == 200
    assert_documented(response, version, f"/{version}/{DECLARED}")


@pytest.mark.parametrize("version", ["v3", "v2"])
@pytest.mark.usefixtures("varied_orders")
def test_orders_by_id_are_as_documented(api: Client, version: str) -> None:
    response = api.get(f"/{version}/{FEED}/id", {"id": ["sent", "ส่งแล้ว 🚚", "nowhere"]})

    assert response.status_code == 200
    assert_documented(response, version, f"/{version}/{DECLARED}/id")


@pytest.mark.parametrize("version", ["v3", "v2"])
def test_nothing_new_is_as_documented(api: Client, version: str) -> None:
    tag = api.get(f"/{version}/{FEED}")["ETag"]

    response = api.get(f"/{version}/{FEED}", headers={"If-None-Match": tag})

    assert response.status_code == 304
    assert_documented(response, version, f"/{version}/{DECLARED}")


@pytest.mark.parametrize("version", ["v3", "v2"])
@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{FEED}?pageSize=0&updatedUntil=yesterday", 400),
        ("channel/not-mine/sales-order-status", 403),
        ("channel/no/such/sales-order-status", 404),
    ],
)
def test_a_refusal_is_as_documented(api: Client, version: str, path: str, status: int) -> None:
    response = api.get(f"/{version}/{path}")

    assert response.status_code == status
    assert_documented(response, version, f"/{version}/{DECLARED}")


@pytest.mark.parametrize("version", ["v3", "v2"])
def test_a_missing_token_is_as_documented(anyone: Client, version: str) -> None:
    response = anyone.get(f"/{version}/{FEED}")

    assert response.status_code == 401
    assert_documented(response, version, f"/{version}/{DECLARED}")


@pytest.mark.parametrize("version", ["v3", "v2"])
@override_settings(CALLER_RATE="1/m")
def test_a_used_up_quota_is_as_documented(api: Client, version: str) -> None:
    api.get(f"/{version}/{FEED}")

    response = api.get(f"/{version}/{FEED}")

    assert response.status_code == 429
    assert_documented(response, version, f"/{version}/{DECLARED}")


@pytest.mark.parametrize(
    ("version", "error"), [(v, e) for v in ("v3", "v2") for e in (OperationalError, KeyError)]
)
def test_a_failure_is_as_documented(
    api: Client, monkeypatch: pytest.MonkeyPatch, version: str, error: type[Exception]
) -> None:
    def fail(*args: object) -> None:
        raise error

    monkeypatch.setattr(PollView, "get_queryset", fail)

    response = api.get(f"/{version}/{FEED}")

    assert response.status_code == (503 if error is OperationalError else 500)
    assert_documented(response, version, f"/{version}/{DECLARED}")


def test_identity_is_as_documented(anyone: Client, caller: Credentials) -> None:
    def asked(key: object) -> Any:
        credentials = {"username": caller.username, "apiKey": key}
        body = {"auth": {"apiKeyCredentials": credentials}}
        return anyone.post("/identity/token", body, content_type="application/json")

    answers = [asked(caller.key), asked("wrong"), asked(None)]

    assert [answer.status_code for answer in answers] == [200, 401, 400]
    for answer in answers:
        assert_documented(answer, "v3", "/identity/token", "post")
        assert_documented(answer, "v2", "/identity/token", "post")


@override_settings(GUESS_RATE="1/m")
def test_too_many_guesses_are_as_documented(anyone: Client) -> None:
    body = {"auth": {"apiKeyCredentials": {"username": "nobody", "apiKey": "wrong"}}}

    answers = [anyone.post("/identity/token", body, content_type="application/json") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [401, 429]
    assert_documented(answers[1], "v3", "/identity/token", "post")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_as_documented(anyone: Client, path: str) -> None:
    assert_documented(anyone.get(path), "v3", path)
