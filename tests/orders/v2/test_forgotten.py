"""A poll from earlier than what was forgotten: v2 answers what there is, as its clients expect."""

import pytest
from django.test import Client

from orders.publishing.forget import forget
from testbed.events import at, new_orders
from tests.conftest import Publish
from tests.orders.publishing.test_forget import after

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("committed", "far_ahead")]


def test_a_poll_from_before_what_was_forgotten_gets_what_is_left(api: Client, publish: Publish) -> None:
    publish(*new_orders(3))
    forget(before=after(2))

    page = api.get("/v2/channel/lazada-th/sales-order-status", {"since": at(1)}).json()

    assert [order["orderId"] for order in page] == ["O-3"]
