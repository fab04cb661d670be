"""Rows of the feed, for those who look into them: the same times whatever the database."""

import json

import pytest

from callers.models import Scope
from orders import feed
from orders.forms import Form, Row
from orders.models import SalesOrder
from orders.question import Question
from testbed.events import new_orders
from tests.conftest import Publish

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead")]


def test_a_page_of_rows_has_what_is_stored(publish: Publish) -> None:
    publish(*new_orders(3))

    page = feed.page(Question(Scope("channel", "lazada-th")), 2, Form.ROWS)

    stored = SalesOrder.objects.order_by("updated_time")[:2]
    assert page.items == [Row(o.updated_time, o.channel_id, o.order_id, o.document) for o in stored]
    assert page.has_more
    assert [json.loads(row.document)["orderId"] for row in page.items] == ["O-1", "O-2"]
