"""Any history of changes and subscriptions: what arrives is the oracle's, and a position keeps its promise.

`deliver --once` runs in this process, with a receiver that refuses some orders. DELIVERY_LONG=1 makes more
histories. Fails without `self.leave_out(rows)` in Running.load, and without `or not held[...].tries` in
delivery.engine.draining, among much else.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from django.test import Client
from hypothesis import HealthCheck, Phase
from hypothesis import settings as bounds
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    multiple,
    rule,
    run_state_machine_as_test,
)
from pytest_django import Settings
from standardwebhooks import Webhook as Verifier

from callers.administration import create_caller
from delivery.engine.deliverer import Deliverer
from delivery.engine.leases import Leases
from delivery.engine.process import deliver
from delivery.message import Message
from delivery.models import HeldOrder, Subscription
from delivery.outcome import Kind, Outcome
from delivery.transport import Facts
from delivery.webhook import Webhook
from orders.models import FeedClock, FeedHead, SalesOrder, Shipment, StatusEvent
from orders.publishing import ingest
from testbed.events import FAR_AHEAD, event
from testbed.tokens import issue_token
from tests.delivery.registration.requests import send
from tests.promises.delivery.subscribers import LONG, SECRET
from wire.times import format_time

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("deliverable")]

ORDERS = "ABCDE"
STATUSES = ["NEW", "IN_PROGRESS", "COMPLETED"]
SCOPES = ["channel/lazada-th", "channel/lazada-th", "partner/143"]
PARTNER_OF = {"A": "143", "B": "143", "C": "7", "D": "7", "E": "7"}
FILTERS = st.sampled_from([None, ["COMPLETED"], ["NEW", "IN_PROGRESS"]])
CHANGES = st.lists(st.tuples(st.sampled_from(ORDERS), st.sampled_from(STATUSES)), min_size=1, max_size=6)
PHASES = tuple(Phase) if LONG else (Phase.explicit, Phase.generate)  # a failure is made smaller in minutes
BOUNDED = bounds(
    max_examples=150 if LONG else 15,
    stateful_step_count=30,
    phases=PHASES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
State = tuple[str, str]
"""orderId, updatedTime."""


@dataclass
class Receiver(Webhook):
    """In place of a network: remembers what was sent, and refuses the orders that are bad now."""

    bad: set[str] = field(default_factory=set)
    sent: list[tuple[Message, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def prepare(self, facts: Facts, *arguments: Any) -> Message:
        """As it would be sent, with the subscription beside it."""
        message = super().prepare(facts, *arguments)
        message.headers["X-Subscription"] = facts.public_id
        return message

    async def carry(self, message: Message, may_begin: Callable[[], bool]) -> Outcome | None:
        await asyncio.sleep(0)
        if not may_begin():
            return None
        accepts = orjson.loads(message.body)["orderId"] not in self.bad
        self.sent.append((message, accepts))
        return Outcome(Kind.DELIVERED, 200) if accepts else Outcome(Kind.REFUSED, 500, detail="answered 500")


@dataclass(eq=False)
class Subscribed:
    """What the oracle knows of a subscription. `skipped` are states that a filter or a start left out."""

    scope: str
    path: str
    secret: str
    wanted: list[str] | None
    active: bool = True
    accepted: set[State] = field(default_factory=set)
    skipped: set[State] = field(default_factory=set)
    resent: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    newest: dict[str, str] = field(default_factory=dict)
    """Of the order's states that were accepted since the last replay."""


class Deliveries(RuleBasedStateMachine):
    """Begins with an empty feed whose clock is ahead, so that changes are 20 µs apart."""

    client: Client
    subscriptions = Bundle[Subscribed]("subscriptions")

    def __init__(self) -> None:
        super().__init__()
        for model in (StatusEvent, Shipment, SalesOrder, FeedHead, Subscription):
            model._default_manager.all().delete()
        FeedClock.objects.update(last_time=FAR_AHEAD)
        self.bad: set[str] = set()
        self.known: list[Subscribed] = []

    @rule(
        changes=st.lists(
            st.tuples(st.sampled_from(ORDERS), st.sampled_from(STATUSES)), min_size=1, max_size=6
        )
    )
    def publish(self, changes: list[tuple[str, str]]) -> None:
        ingest.publish(
            [event(orderId=order, status=status, partnerId=PARTNER_OF[order]) for order, status in changes]
        )
        for one in self.known:  # what changes comes by the flow instead
            one.resent -= {order for order, _ in changes}

    @rule(bad=st.sets(st.sampled_from(ORDERS), max_size=3))
    def refuse(self, bad: set[str]) -> None:
        """From now on the receivers refuse these orders, and no others."""
        self.bad = bad

    @rule(
        target=subscriptions,
        scope=st.sampled_from(SCOPES),
        wanted=FILTERS,
        concurrency=st.sampled_from([1, 32]),
        start=st.sampled_from(["now", "beginning"]),
    )
    def create(self, scope: str, wanted: list[str] | None, concurrency: int, start: str) -> Any:
        webhook = {"url": "https://shop.example/hook", "secret": SECRET, "concurrency": concurrency}
        body = {
            "name": "n",
            "mechanism": "webhook",
            "webhook": webhook,
            "orderStatus": wanted,
            "start": start,
        }
        answer = send(self.client, "POST", f"/{scope}/subscriptions", body)
        if answer.status_code == 409:
            return multiple()
        made = Subscribed(scope, f"/{scope}/subscriptions/{answer.json()['subscriptionId']}", SECRET, wanted)
        made.skipped = set() if start == "beginning" else set(self.states(scope))
        self.known.append(made)
        return made

    @rule(one=subscriptions, active=st.booleans())
    def pause_or_resume(self, one: Subscribed, active: bool) -> None:
        one.active = self.patch(one, {"active": active})["active"]

    @rule(one=subscriptions, wanted=FILTERS)
    def patch_filter(self, one: Subscribed, wanted: list[str] | None) -> None:
        self.patch(one, {"orderStatus": wanted})
        one.wanted = wanted

    @rule(one=subscriptions, concurrency=st.sampled_from([1, 8, 32]))
    def patch_concurrency(self, one: Subscribed, concurrency: int) -> None:
        self.patch(one, {"webhook": {"concurrency": concurrency}})

    @rule(one=subscriptions, back=st.none() | st.integers(0, 6), at_once=st.booleans())
    def replay(self, one: Subscribed, back: int | None, at_once: bool) -> None:
        """To the beginning, or to the time of an order, back or forward."""
        states = self.states(one.scope)
        since = states[back % len(states)][1] if back is not None and states else None
        position = self.shown(one)["position"] or ""
        answer = send(self.client, "POST", f"{one.path}/replay", {"updatedSince": since})
        assert answer.status_code == 200, answer.content
        since = since or ""
        one.accepted = {state for state in one.accepted if state[1] <= since}
        one.skipped = {state for state in one.skipped if state[1] <= since}
        one.skipped |= {state for state in states if position < state[1] <= since}
        one.newest, one.resent = {}, set()
        if at_once:
            self.deliver()

    @rule(one=subscriptions, number=st.integers(0, 4), at_once=st.booleans())
    def resend(self, one: Subscribed, number: int, at_once: bool) -> None:
        states = self.states(one.scope)
        if states and one.active:
            order = states[number % len(states)][0]
            body = {"channelId": "lazada-th", "orderId": order}
            assert send(self.client, "POST", f"{one.path}/resend", body).status_code == 202
            one.resent.add(order)
            if at_once:
                self.deliver()

    @rule(one=subscriptions, number=st.integers(0, 99))
    def rotate(self, one: Subscribed, number: int) -> None:
        secret = f"another-secret-of-24-bytes-{number}"
        body = {"secret": secret, "overlapHours": 0}
        assert send(self.client, "POST", f"{one.path}/rotate-secret", body).status_code == 200
        one.secret = secret

    @rule(one=consumes(subscriptions))
    def delete(self, one: Subscribed) -> None:
        assert send(self.client, "DELETE", one.path).status_code == 204
        self.known.remove(one)

    @rule()
    def deliver(self) -> None:
        """What is due is sent, once; held orders are due, too."""
        HeldOrder.objects.filter(given_up=False).update(next_attempt_time=datetime.now(UTC))
        receiver = asyncio.run(delivered(self.bad))
        by_id = {one.path.rpartition("/")[2]: one for one in self.known}
        for message, accepts in receiver.sent:
            self.check(by_id[message.headers["X-Subscription"]], message, accepts)
        for one in self.known:
            self.check_position(one)
            assert not one.active or one.resent <= self.bad

    def check(self, one: Subscribed, message: Message, accepts: bool) -> None:
        """It is of this subscription's scope and filter, new to it, newer than what came, and signed."""
        document = orjson.loads(message.body)
        state = document["orderId"], message.headers["X-Acomm-Updated-Time"]
        Verifier(one.secret if one.secret == SECRET else one.secret.encode()).verify(
            message.body, message.headers
        )
        assert one.active
        assert state in self.states(one.scope)
        if state[0] in one.resent:
            if accepts:  # one that is refused is tried again, whatever the filter says
                one.resent.remove(state[0])
        else:
            assert message.headers["webhook-id"] not in one.ids
            assert state not in one.accepted
            assert not one.wanted or document["orderStatus"] in one.wanted
        assert state[1] >= one.newest.get(state[0], "")
        if accepts:
            one.ids.add(message.headers["webhook-id"])
            one.accepted.add(state)
            one.newest[state[0]] = state[1]

    def check_position(self, one: Subscribed) -> None:
        """Up to the position every order was accepted, is held or was left out; beyond it bad ones wait."""
        shown = self.shown(one)
        held = send(self.client, "GET", f"{one.path}/held").json()["held"]
        done = one.accepted | {(order["orderId"], order["updatedTime"]) for order in held}
        for state in self.states(one.scope):
            if one.active and state not in done and not self.passes(one, state):
                one.skipped.add(state)
            if state[1] <= (shown["position"] or ""):
                assert state in done | one.skipped
            elif one.active:
                assert state in done | one.skipped or state[0] in self.bad

    def teardown(self) -> None:
        """Wherever the history ends: when all is well again, everything arrives."""
        self.bad = set()
        for one in self.known:
            one.active = self.patch(one, {"active": True})["active"]
        self.deliver()

        for one in self.known:
            wanted = {state for state in self.states(one.scope) if state not in one.skipped}
            assert wanted <= one.accepted
            assert (self.shown(one)["heldOrders"], self.shown(one)["behind"]["orders"]) == (0, 0)

    def states(self, scope: str) -> list[State]:
        """The newest state of each order of a scope, oldest first."""
        kind, _, name = scope.partition("/")
        rows = SalesOrder.objects.filter(**{f"{kind}_id": name}).order_by("updated_time")
        return [(order, format_time(time)) for order, time in rows.values_list("order_id", "updated_time")]

    def passes(self, one: Subscribed, state: State) -> bool:
        status = SalesOrder.objects.get(order_id=state[0]).order_status
        return not one.wanted or status in one.wanted

    def shown(self, one: Subscribed) -> dict[str, Any]:
        body: dict[str, Any] = send(self.client, "GET", one.path).json()
        return body

    def patch(self, one: Subscribed, body: dict[str, Any]) -> dict[str, Any]:
        answer = send(self.client, "PATCH", one.path, body)
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = answer.json()
        return found


async def delivered(bad: set[str]) -> Receiver:
    """What `deliver --once` sends to receivers that refuse some orders."""
    receiver = Receiver(bad)
    try:
        await deliver(Deliverer(Leases("model"), {"webhook": receiver}), asyncio.Event(), once=True)
    finally:
        await receiver.close()
    return receiver


def test_what_arrives_is_the_oracles(settings: Settings) -> None:
    for name in ("CREATION_RATE", "REPLAY_RATE", "ROTATION_RATE"):
        setattr(settings, name, "1000000/m")
    channels, partners = ["lazada-th"], ["143", "7"]
    key = create_caller(username="shop", channels=channels, partners=partners, rate="1000000/m")
    Deliveries.client = Client(headers={"X-Subject-Token": issue_token(username="shop", key=key)[0]})

    run_state_machine_as_test(Deliveries, settings=BOUNDED)
