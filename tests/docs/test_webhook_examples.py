"""The programs of docs/webhooks.md hold what is delivered to them, and nothing that is not ours."""

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from delivery import signing
from delivery.message import Message
from delivery.webhook import Webhook
from orders.forms import Row
from testbed.events import event, new_orders, shipment_event
from testbed.feeds import CHANNEL, FEED
from tests.conftest import Publish
from tests.delivery.registration.requests import send
from tests.delivery.transport.receivers import facts
from tests.docs.receiving_programs import FILES, held, program

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("deliverable")]

OLD, NEW = "whsec_" + "QUJD" * 10, "a plain secret with é, of 24 characters"


@pytest.fixture(autouse=True)
def opened(settings: Settings) -> None:
    settings.DELIVERY_NETWORKS, settings.DELIVERY_ALLOW = ["127.0.0.0/8"], ["http"]


@pytest.fixture(params=FILES)
def language(request: pytest.FixtureRequest) -> str:
    """Each language in turn."""
    return str(request.param)


def statuses(*messages: Message) -> list[int | None]:
    """What is answered to these POSTs, sent one after the other."""

    async def post() -> list[int | None]:
        hooks = Webhook()
        try:
            outcomes = [await hooks.carry(message, lambda: True) for message in messages]
            return [outcome.status if outcome else None for outcome in outcomes]
        finally:
            await hooks.close()

    return asyncio.run(post())


def state(second: int, **members: Any) -> Row:
    """A state of one order, with a last newline that a program must not lose before it verifies."""
    when = datetime(2026, 11, 22, 8, 0, second, tzinfo=UTC)
    document = {
        "channelId": CHANNEL,
        "orderId": "FR1",
        "updatedTime": f"2026-11-22T08:00:{second:02}.000000Z",
    }
    return Row(when, CHANNEL, "FR1", orjson.dumps(document | members).decode() + "\n")


def message(url: str, row: Row, secret: str, *, age: int = 0, changed: bytes = b"") -> Message:
    """What we would send, signed `age` seconds ago, with `changed` put after the body."""
    known = facts(url, secrets=[{"text": secret}])
    body, stamp = row.document.encode(), int(time.time()) - age
    identity = signing.message_id(known.public_id, 0, CHANNEL, row.order_id, str(row.updated_time))
    headers = {
        "webhook-id": identity,
        "webhook-timestamp": str(stamp),
        "webhook-signature": signing.standard_signature(secret, identity, stamp, body),
        "X-Acomm-Updated-Time": orjson.loads(row.document)["updatedTime"],
    }
    return Message(url, headers, body + changed)


def test_a_program_holds_the_feed(language: str, tmp_path: Path, api: Client, publish: Publish) -> None:
    publish(*new_orders(20))
    with program(language, tmp_path, OLD) as url:
        webhook = {"url": url, "secret": OLD}
        body = {"name": "shop", "mechanism": "webhook", "start": "beginning", "webhook": webhook}
        path = f"/channel/{CHANNEL}/subscriptions"
        created = send(api, "POST", path, body)
        assert created.status_code == 201, created.content
        call_command("deliver", "--once")
        publish(event(orderId="O-1", status="COMPLETED"), shipment_event(orderId="O-2", detail="ถึงแล้ว"))
        call_command("deliver", "--once")
        tried = send(api, "POST", f"{path}/{created.json()['subscriptionId']}/test")

        assert held(language, tmp_path) == {
            order["orderId"]: order for order in api.get(FEED).json()["orders"]
        }
        assert tried.json()["delivered"] is True


def test_a_program_takes_what_is_genuine_and_keeps_the_later_state(language: str, tmp_path: Path) -> None:
    with program(language, tmp_path, f"{OLD} {NEW.replace(' ', '-')}") as url:
        other = NEW.replace(" ", "-")
        answered = statuses(
            message(url, state(5), OLD),
            message(url, state(9, orderStatus="DELIVERED"), other),
            message(url, state(9, orderStatus="DELIVERED"), other),
            message(url, state(7), OLD),
            message(url, state(11), OLD, changed=b" "),
            message(url, state(12), "whsec_" + "QUJE" * 10),
            message(url, state(13), OLD, age=400),
            message(url, state(14), OLD, age=-400),
        )

        assert answered == [204] * 4 + [401] * 4
        assert held(language, tmp_path) == {"FR1": orjson.loads(state(9, orderStatus="DELIVERED").document)}
