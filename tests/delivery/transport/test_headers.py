"""What a receiver gets, byte for byte."""

import asyncio
import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest
from django.test import Client
from pytest_django import Settings
from standardwebhooks import Webhook as Verifier

from callers.models import Scope
from orders import feed
from orders.forms import Form, Row
from orders.question import Question
from testbed.events import at, event
from testbed.feeds import CHANNEL, FEED, V2_FEED
from tests.conftest import Publish
from tests.delivery.transport.receivers import SECRET, facts, receiving, row, status, webhooks

COMPLETE = datetime(2026, 11, 22, 8, 0, 0, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def opened(settings: Settings) -> None:
    settings.DELIVERY_NETWORKS = ["127.0.0.0/8"]


def received(order: Row, form: str, until: datetime | None, held: int) -> tuple[dict[str, str], bytes]:
    """The headers, by small names, and the body that arrive."""

    async def deliver() -> tuple[str, bytes]:
        async with receiving(status("204 No Content")) as receiver, webhooks() as hooks:
            made = hooks.prepare(facts(receiver.url, format=form), order, until, held)
            await hooks.carry(made, lambda: True)
            return receiver.requests[0]

    head, body = asyncio.run(deliver())
    first, *lines = head.rstrip().split("\r\n")
    assert first == "POST /hook/secret-path HTTP/1.1"
    return {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in lines}, body


def test_the_headers_are_those_of_the_contract_and_no_others() -> None:
    headers, body = received(row(), "SALES_ORDER_STATUS_V3", COMPLETE, 3)

    Verifier(SECRET).verify(body, headers)
    for changing in ("host", "webhook-id", "webhook-timestamp", "webhook-signature"):
        del headers[changing]
    assert headers == {
        "accept": "*/*",
        "accept-encoding": "identity",
        "user-agent": "acommerce-status",
        "content-length": str(len(body)),
        "content-type": "application/json",
        "x-acomm-signature": hmac.digest(SECRET.encode(), body, hashlib.sha256).hex(),
        "x-acomm-event": "SALES_ORDER_STATUS_V3",
        "x-acomm-channel": "shop%2F%C3%A9",
        "x-acomm-updated-time": "2026-11-22T08:00:00.000120Z",
        "x-acomm-complete-until": "2026-11-22T08:00:00.000020Z",
        "x-acomm-held": "3",
    }


def test_at_the_beginning_nothing_is_complete() -> None:
    headers, _ = received(row(), "SALES_ORDER_STATUS_V3", None, 0)

    assert "x-acomm-complete-until" not in headers


@pytest.mark.usefixtures("far_ahead")
def test_the_body_is_the_order_of_a_page_of_its_format(api: Client, publish: Publish) -> None:
    publish(event(orderId="FR-é", detail="ถึงแล้ว"))
    (order,) = feed.page(Question(Scope("channel", CHANNEL)), 10, Form.ROWS).items

    _, v3 = received(order, "SALES_ORDER_STATUS_V3", None, 0)
    headers, v2 = received(order, "SALES_ORDER_STATUS", None, 0)

    assert b'"orders":[' + v3 + b"]" in api.get(FEED).content.replace(b'": [', b'":[')
    page = api.get(V2_FEED)
    assert json.loads(v2) == page.json()[0]
    assert v2 == json.dumps(json.loads(v2), separators=(",", ":")).encode("ascii")
    assert (headers["deprecation"], headers["sunset"]) == (page["Deprecation"], page["Sunset"])
    assert (headers["x-acomm-event"], headers["x-acomm-updated-time"]) == ("SALES_ORDER_STATUS", at(1))
