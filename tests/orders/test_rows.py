"""Rows of the feed, for those who look into them: the same times whatever the database."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from callers.models import Scope
from orders import feed
from orders.forms import Form, Row
from orders.models import SalesOrder
from orders.question import Question
from testbed.events import event, new_orders
from tests.conftest import Publish

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead")]


def test_a_page_of_rows_has_what_is_stored(publish: Publish) -> None:
    publish(*new_orders(3))

    page = feed.page(Question(Scope("channel", "lazada-th")), 2, Form.ROWS)

    stored = SalesOrder.objects.order_by("updated_time")[:2]
    assert page.items == [Row(o.updated_time, o.channel_id, o.order_id, o.document) for o in stored]
    assert page.has_more
    assert [json.loads(row.document)["orderId"] for row in page.items] == ["O-1", "O-2"]


def test_pages_of_several_questions_are_those_of_each_by_one_query(publish: Publish) -> None:
    publish(*new_orders(5), *new_orders(2, channelId="tiki-vn", partnerId="150"))
    second = SalesOrder.objects.order_by("updated_time")[1].updated_time
    questions = [
        Question(Scope("channel", "lazada-th")),
        Question(Scope("channel", "tiki-vn")),
        Question(
            Scope("channel", "lazada-th"),
            since=second,
        ),
        Question(Scope("channel", "unknown")),
        Question(Scope("partner", "150")),
    ]

    with CaptureQueriesContext(connection) as queries:
        pages = feed.pages(questions, 3, "default")

    assert len(queries) == 1
    assert pages == [feed.page(question, 3, Form.ROWS) for question in questions]
    assert [len(page.items) for page in pages] == [3, 2, 3, 0, 2]


def test_a_heavy_order_is_on_the_page_of_its_question(publish: Publish) -> None:
    heavy = [event(orderId="O-9", eventId=f"h-{number}", detail="x" * 1000) for number in range(90)]
    publish(*new_orders(2), *heavy, event(channelId="tiki-vn"))
    questions = [Question(Scope("channel", name)) for name in ("lazada-th", "tiki-vn")]

    pages = feed.pages(questions, 5, "default")

    assert pages == [feed.page(question, 5, Form.ROWS) for question in questions]
    assert [row.order_id for row in pages[0].items] == ["O-1", "O-2", "O-9"]
