"""`manage.py deliver` and what was forgotten: a subscription that is behind is sent nothing over the gap."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from delivery.models import Subscription
from orders.models import SalesOrder
from orders.publishing.forget import forget
from testbed.events import new_orders
from testbed.receivers import receiving
from tests.conftest import Publish
from tests.delivery.registration.requests import made, send

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("deliverable")]


@pytest.fixture(autouse=True)
def here(settings: Settings) -> None:
    """Receivers on this machine."""
    settings.DELIVERY_NETWORKS, settings.DELIVERY_ALLOW = ["127.0.0.0/8"], ["http"]


def test_it_stops_before_the_gap_and_goes_on_behind_it_when_told_to(api: Client, publish: Publish) -> None:
    with receiving() as receiver:
        path = made(api, url=receiver.url)
        publish(*new_orders(4))
        times = list(SalesOrder.objects.in_feed_order().values_list("updated_time", flat=True))
        Subscription.objects.update(position=times[0])
        forget(before=times[2])

        call_command("deliver", "--once")
        stopped, sent = api.get(path).json(), receiver.orders()
        send(api, "PATCH", path, {"active": True})
        call_command("deliver", "--once")
        sent_then = receiver.orders()
        send(api, "POST", f"{path}/replay", {"updatedSince": None})
        call_command("deliver", "--once")

    assert (stopped["state"], stopped["stateReason"], sent) == ("DISABLED", "RESYNC_REQUIRED", [])
    assert sent_then == ["O-3", "O-4"]
    assert receiver.orders() == ["O-3", "O-4"] * 2
    assert api.get(path).json()["state"] == "ACTIVE"


def test_one_that_begins_at_the_beginning_is_sent_what_there_is(api: Client, publish: Publish) -> None:
    with receiving() as receiver:
        path = made(api, url=receiver.url)
        publish(*new_orders(3))
        newest = SalesOrder.objects.in_feed_order().values_list("updated_time", flat=True)[2]
        forget(before=newest - timedelta(microseconds=1))
        send(api, "POST", f"{path}/replay", {"updatedSince": None})
        call_command("deliver", "--once")

    assert receiver.orders() == ["O-3"]
