"""Orders in the admin: found by whole values through indexes, and shown beside their events."""

import html
import re
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client

from operators.admin.order_search import found_by, newest
from orders.models import SalesOrder, Shipment
from testbed.events import event, new_orders, shipment_event, withdrawal
from tests.conftest import Publish

pytestmark = [pytest.mark.django_db, pytest.mark.wire]

LIST = "/orders/salesorder/"
PRE = re.compile(r'<pre tabindex="0">(.*?)</pre>', re.DOTALL)


def keys(*order_ids: str) -> set[int]:
    return set(SalesOrder.objects.filter(order_id__in=order_ids).values_list("pk", flat=True))


@pytest.fixture
def orders(publish: Publish) -> None:
    publish(
        *new_orders(2),
        shipment_event(orderId="O-2", shipmentId="P-9", trackingId="TRK-9"),
        event(orderId="O-1", channelId="zalora-ph"),
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [("O-2", ["O-2"]), ("P-9", ["O-2"]), ("TRK-9", ["O-2"]), ("O-1", ["O-1"]), ("TRK", []), ("o-2", [])],
)
def test_an_order_is_found_by_its_id_a_shipment_or_a_number(
    orders: None, viewers: Client, text: str, found: list[str]
) -> None:
    page = viewers.get(LIST, {"q": f" {text} "}).text

    assert found_by(text) == keys(*found)
    assert set(re.findall(r"<a [^>]*>(O-\d)</a>", page)) == set(found)


def test_without_a_search_the_newest_of_a_channel_are_shown(publish: Publish, viewers: Client) -> None:
    publish(event(orderId="O-0", channelId="zalora-ph"))
    publish(*new_orders(3))

    page = viewers.get(LIST).text

    assert re.findall(r"<a [^>]*>(O-\d)</a>", page) == ["O-3", "O-2", "O-1"]
    assert newest(2) == keys("O-3", "O-2")


def test_there_may_be_no_order_at_all(viewers: Client) -> None:
    assert "0 sales orders" in viewers.get(LIST).text


def test_the_page_shows_the_document_its_events_and_what_v2_says(publish: Publish, viewers: Client) -> None:
    publish(event(eventId="e-1", detail="<b>"), event(eventId="e-2", status="COMPLETED"))
    publish(event(eventId="e-1", detail="<b>", revision=7, status="IN_PROGRESS"), withdrawal("e-2"))
    order = SalesOrder.objects.get()

    page = viewers.get(f"{LIST}{order.pk}/change/").text

    document, legacy = map(html.unescape, PRE.findall(page))
    assert document.startswith('{\n  "orderId": "FRIS00201"')
    assert '"detail": "<b>"' in document
    assert '"orderDetailedStatus": "NEW"' not in document
    assert '"orderDetailedStatus": "IN_PROGRESS"' in legacy
    rows = re.findall(r'<tr><th scope="row">(e-\d)</th><td>([^<]*)</td>', page)
    assert sorted(rows) == [("e-1", "7"), ("e-2", "2, withdrawn")]
    assert "<b>" not in page


def test_an_unknown_order_is_not_found(viewers: Client) -> None:
    assert viewers.get(f"{LIST}4711/change/").status_code == 404


@pytest.mark.parametrize("column", ["shipment_id", "tracking_id"])
def test_a_search_by_shipment_uses_an_index(db: None, column: str) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite tells its plans otherwise")

    plan = _plan(Shipment.objects.filter(**{column: "P-9"}))

    assert f"Index Cond: (({column})::text = 'P-9'::text)" in plan


def test_a_search_by_order_uses_the_index_of_channels(db: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite tells its plans otherwise")

    plan = _plan(SalesOrder.objects.filter(channel_id__in=["a", "b"], order_id="O-1"))

    assert "Index Cond: (((channel_id)::text = ANY ('{a,b}'::text[])) AND ((order_id)::text = 'O-1'" in plan


def _plan(rows: QuerySet[Any]) -> str:
    """How PostgreSQL would find these in tables that are not empty."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    return rows.explain()
