"""Any history of changes and of subscriptions that send files: what the files hold is the oracle's.

Turns are taken in this process, with a receiver that fails, loses answers or is stopped. DELIVERY_LONG=1
makes more histories.
"""

import csv
import gzip
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client
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

from callers.administration import create_caller
from delivery.files.transport import File
from delivery.models import Subscription
from delivery.outcome import Kind, Outcome
from delivery.transport import Facts
from orders.models import FeedClock, FeedHead, SalesOrder, Shipment, StatusEvent
from orders.publishing import ingest
from testbed.events import FAR_AHEAD, event
from testbed.tokens import issue_token
from tests.delivery.files.folders import make_due, working
from tests.delivery.registration.requests import send
from tests.promises.delivery.test_model import (
    BOUNDED,
    CHANGES,
    FILTERS,
    PARTNER_OF,
    SCOPES,
    State,
)
from wire.times import format_time

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("deliverable")]

FATES = st.lists(st.sampled_from(["takes", "fails", "loses the answer", "is stopped"]), max_size=5)
SIZES = st.sampled_from([1, 2, 10_000])
FTP = {
    "url": "sftp://u@shop.example/in",
    "password": "p",
    "hostKey": "SHA256:" + "A" * 43,
    "schedule": {"cron": "0 0 1 1 *"},
}


@dataclass(eq=False)
class Subscribed:
    """What the oracle knows of a subscription. `skipped` are states that a filter or a start left out.

    `after_jumps` are the numbers of files that were the next when a replay came.
    """

    path: str
    scope: str
    wanted: list[str] | None
    accepted: set[State] = field(default_factory=set)
    skipped: set[State] = field(default_factory=set)
    seen: dict[int, bytes] = field(default_factory=dict)
    manifests: dict[int, dict[str, Any]] = field(default_factory=dict)
    after_jumps: set[int] = field(default_factory=set)
    active: bool = True

    @property
    def public_id(self) -> str:
        return self.path.rpartition("/")[2]

    def look(self, file: File) -> None:
        """Another try: the same bytes, or the next number, whose window begins where the last one ended."""
        with file.open() as stream:
            content = stream.read()
        assert self.seen.setdefault(file.number, content) == content
        assert self.manifests.setdefault(file.number, file.manifest) == file.manifest
        assert sorted(self.seen) == list(range(1, len(self.seen) + 1))
        if before := self.manifests.get(file.number - 1):
            since, until = file.manifest["since"] or "", before["until"] or ""
            assert file.manifest["previousSha256"] == before["sha256"]
            assert file.manifest["replayed"] == (since < until)
            assert since == until or file.number in self.after_jumps

    def take(self, file: File) -> None:
        """The receiver has it."""
        content = self.seen[file.number]
        text = (gzip.decompress(content) if file.name.endswith(".gz") else content).decode()
        rows = csv.DictReader(io.StringIO(text, newline=""))
        self.accepted |= {(row["orderId"], row["updatedTime"]) for row in rows}


class Receiver:
    """In place of servers."""

    def __init__(self, known: list[Subscribed], fates: list[str]) -> None:
        self.known = {one.public_id: one for one in known}
        self.fates = list(fates)

    def send(self, facts: Facts, file: File, fence: int, may_go_on: Callable[[], bool]) -> Outcome | None:
        one, fate = self.known[facts.public_id], self.fates.pop() if self.fates else "takes"
        one.look(file)
        if fate in ("takes", "loses the answer"):
            one.take(file)
        if fate == "is stopped":
            return None
        return Outcome(Kind.DELIVERED if fate == "takes" else Kind.FAILED)

    def try_out(self, facts: Facts) -> Outcome:
        raise NotImplementedError


class Batches(RuleBasedStateMachine):
    """Begins with an empty feed whose clock is ahead, so that changes are 20 µs apart."""

    client: Client
    subscriptions = Bundle[Subscribed]("subscriptions")

    def __init__(self) -> None:
        super().__init__()
        for model in (StatusEvent, Shipment, SalesOrder, FeedHead, Subscription):
            model._default_manager.all().delete()
        FeedClock.objects.update(last_time=FAR_AHEAD)
        self.known: list[Subscribed] = []

    @rule(changes=CHANGES)
    def publish(self, changes: list[State]) -> None:
        ingest.publish(
            [event(orderId=order, status=status, partnerId=PARTNER_OF[order]) for order, status in changes]
        )

    @rule(
        target=subscriptions,
        scope=st.sampled_from(SCOPES),
        wanted=FILTERS,
        size=SIZES,
        start=st.sampled_from(["now", "beginning"]),
        compress=st.booleans(),
        empty=st.sampled_from(["nothing", "heartbeat"]),
    )
    def create(
        self, scope: str, wanted: list[str] | None, size: int, start: str, empty: str, *, compress: bool
    ) -> Any:
        ftp = FTP | {"maxOrders": size, "compress": compress, "whenEmpty": empty}
        body = {"name": "n", "mechanism": "ftp", "ftp": ftp, "orderStatus": wanted, "start": start}
        answer = send(self.client, "POST", f"/{scope}/subscriptions", body)
        if answer.status_code == 409:
            return multiple()
        made = Subscribed(f"/{scope}/subscriptions/{answer.json()['subscriptionId']}", scope, wanted)
        made.skipped = set() if start == "beginning" else set(self.states(scope))
        self.known.append(made)
        return made

    @rule(one=subscriptions, active=st.booleans())
    def pause_or_resume(self, one: Subscribed, active: bool) -> None:
        one.active = self.patch(one, {"active": active})["active"]

    @rule(one=subscriptions, wanted=FILTERS, size=SIZES)
    def change(self, one: Subscribed, wanted: list[str] | None, size: int) -> None:
        self.patch(one, {"orderStatus": wanted, "ftp": {"maxOrders": size}})
        one.wanted = wanted

    @rule(one=subscriptions, back=st.none() | st.integers(0, 6))
    def replay(self, one: Subscribed, back: int | None) -> None:
        """To the beginning, or to the time of an order, back or forward."""
        states = self.states(one.scope)
        since = states[back % len(states)][1] if back is not None and states else None
        position = self.position(one)
        answer = send(self.client, "POST", f"{one.path}/replay", {"updatedSince": since})
        assert answer.status_code == 200, answer.content
        since = since or ""
        one.accepted = {state for state in one.accepted if state[1] <= since}
        one.skipped = {state for state in one.skipped if state[1] <= since}
        one.skipped |= {state for state in states if position < state[1] <= since}
        one.after_jumps.add(self.made(one) + 1)

    @rule(one=consumes(subscriptions))
    def delete(self, one: Subscribed) -> None:
        assert send(self.client, "DELETE", one.path).status_code == 204
        self.known.remove(one)

    @rule(fates=FATES)
    def deliver(self, fates: list[str]) -> None:
        """Slots have come; whatever happens to the tries, in the end there is none to be made."""
        with working(by={"ftp": Receiver(self.known, fates)}) as worker:
            for one in self.known:
                row = Subscription.objects.get(public_id=one.public_id)
                if row.active:
                    make_due(row)
                    for _ in range(len(fates) + 1 if fates else 40):
                        if worker.has_work(row):
                            worker.turn(row)
                self.check(one)

    def check(self, one: Subscribed) -> None:
        """Up to the position every order was accepted, waits in a file, or was left out."""
        waiting = Subscription.objects.get(public_id=one.public_id).batches.filter(delivered_time=None)
        since = min((format_time(batch.since) for batch in waiting), default="9")
        position = self.position(one)
        for state in self.states(one.scope):
            if state[1] <= position and state not in one.accepted:
                if not self.passes(one, state):
                    one.skipped.add(state)
                assert state in one.skipped or state[1] > since

    def teardown(self) -> None:
        """Wherever the history ends: when all is well again, the files hold everything."""
        for one in self.known:
            one.active = self.patch(one, {"active": True})["active"]
        self.deliver([])

        for one in self.known:
            wanted = {state for state in self.states(one.scope) if state not in one.skipped}
            assert wanted <= one.accepted
            assert self.made(one) == len(one.seen)

    def states(self, scope: str) -> list[State]:
        """The newest state of each order of a scope, oldest first."""
        kind, _, name = scope.partition("/")
        rows = SalesOrder.objects.filter(**{f"{kind}_id": name}).order_by("updated_time")
        return [(order, format_time(time)) for order, time in rows.values_list("order_id", "updated_time")]

    def passes(self, one: Subscribed, state: State) -> bool:
        status = SalesOrder.objects.get(order_id=state[0]).order_status
        return not one.wanted or status in one.wanted

    def position(self, one: Subscribed) -> str:
        return str(send(self.client, "GET", one.path).json()["position"] or "")

    def made(self, one: Subscribed) -> int:
        """How many files were made."""
        return Subscription.objects.get(public_id=one.public_id).batches.count()

    def patch(self, one: Subscribed, body: dict[str, Any]) -> dict[str, Any]:
        answer = send(self.client, "PATCH", one.path, body)
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = answer.json()
        return found


def test_what_the_files_hold_is_the_oracles(settings: Settings) -> None:
    for name in ("CREATION_RATE", "REPLAY_RATE"):
        setattr(settings, name, "1000000/m")
    channels, partners = ["lazada-th"], ["143", "7"]
    key = create_caller(username="shop", channels=channels, partners=partners, rate="1000000/m")
    Batches.client = Client(headers={"X-Subject-Token": issue_token(username="shop", key=key)[0]})

    run_state_machine_as_test(Batches, settings=BOUNDED)
