"""The programs that are out there work unchanged, against a real server process."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from httpx2 import HTTPStatusError

from testbed.events import event, new_orders, shipment_event
from testbed.feeds import PATH
from testbed.servers import Server
from tests.conftest import Credentials, Publish
from tests.existing_client import ExistingClient

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("committed")]

PARTNER = "/partner/143/sales-order-status"


@pytest.fixture
def client(server: Server, caller: Credentials) -> Iterator[ExistingClient]:
    """Logged in, on a host named as the platform's is; the embedded server only knows loopback names."""
    base = "localhost" if settings.EMBEDDED else "example.test"
    with ExistingClient(f"fulfillment.{base}", server.port) as client:
        client.log_in(caller.username, caller.key)
        yield client


def test_it_reads_a_tracking_id(client: ExistingClient, publish: Publish) -> None:
    publish(event(), shipment_event(trackingId="TH47110815"))

    assert client.tracking_id(PATH, "FRIS00201") == "TH47110815"


@pytest.mark.parametrize("path", [PATH, PARTNER])
def test_it_follows_links_to_the_end(client: ExistingClient, publish: Publish, path: str) -> None:
    publish(*new_orders(25))

    found = [order["orderId"] for order in client.orders(path, page_size=10)]

    assert found == [f"O-{number}" for number in range(1, 26)]


def test_it_sends_parameters_that_mean_nothing(client: ExistingClient, publish: Publish) -> None:
    publish(event(orderId="A", status="COMPLETED"), event(orderId="B"), event(orderId="C"))

    found = client.orders(PATH, id="None", status="NEW", page_size=2, since="2026-01-01T00:00:00Z")

    assert [order["orderId"] for order in found] == ["A", "B", "C"]


def test_it_asks_for_orders_by_repeating_id(client: ExistingClient, publish: Publish) -> None:
    publish(*new_orders(2))

    rows = client.named(PARTNER, ["O-2", "lost", "O-1"])

    assert [row["orderId"] for row in rows] == ["O-2", "lost", "O-1"]
    assert rows[1] == {"orderId": "lost", "error": {"code": 404, "message": "Not Found"}}


def test_it_expects_nothing_of_a_far_future(client: ExistingClient, publish: Publish) -> None:
    publish(event())

    assert list(client.orders(PATH, since="3016-01-01T00:00:00Z")) == []


def test_it_polls_from_the_newest_time_it_has_seen(client: ExistingClient, publish: Publish) -> None:
    publish(*new_orders(2))
    newest = max(
        entry["updatedTime"] for order in client.orders(PATH) for entry in order["orderDetailedStatus"]
    )
    publish(shipment_event(orderId="O-1"))

    found = list(client.orders(PATH, since=newest))

    assert [order["orderId"] for order in found] == ["O-1"]


def test_it_is_told_when_its_key_is_wrong(server: Server) -> None:
    with ExistingClient("localhost", server.port) as client, pytest.raises(HTTPStatusError, match="401"):
        client.log_in("poller", "wrong")
