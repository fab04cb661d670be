"""Any history, any poll: every answer of v3 and v2 is the oracle's.

Fails without `FeedHead.objects.move` in orders.publishing.tables.publish_orders, among much else.
"""

from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as bounds
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test
from pytest_django import Settings

from callers.administration import create_caller
from orders.statuses import OrderStatus
from testbed.events import Fields
from testbed.tokens import issue_token
from tests.promises.events import CHANNELS, PARTNERS
from tests.promises.history import History, Scope
from tests.promises.oracle import legacy, legacy_status
from tests.promises.questions import WINDOWS, Asking, Window, sent

pytestmark = [pytest.mark.wire, pytest.mark.slow, pytest.mark.django_db]

SCOPES = st.sampled_from([("channel", name) for name in CHANNELS] + [("partner", name) for name in PARTNERS])
SIZES = st.sampled_from([None, 1, 2, 3, 100])
STATUSES = st.none() | st.sampled_from(OrderStatus.values)
BOUNDED = bounds(
    max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
FOLLOWED = ("channel", CHANNELS[0])


class Polls(History):
    """The reading side of the model."""

    client: Client

    def __init__(self) -> None:
        super().__init__()
        self.asking = Asking(self.client)
        self.held: dict[str, Fields] = {}
        self.since: str | None = None

    @rule(scope=SCOPES, window=WINDOWS, status=STATUSES, size=SIZES)
    def poll_v3(self, scope: Scope, window: Window, status: str | None, size: int | None) -> None:
        since, until = window.between(self.oracle.times.values())
        found = window.cut(self.visible(scope), since, until)
        found = [order for order in found if status in (None, order["orderStatus"])]
        page = found[: size or 100]
        query = {"updatedSince": since, "updatedUntil": until, "orderStatus": status, "pageSize": size}

        body, following = self.get("/v3", scope, query)

        if window.is_backwards(since, until):
            assert [error["parameter"] for error in body["errors"]] == ["updatedSince"]
            return
        newest = page[-1]["updatedTime"] if page else since
        assert body == {
            "window": {"updatedSince": since, "updatedUntil": until},
            "orders": page,
            "hasMore": len(found) > len(page),
            "nextUpdatedSince": newest,
        }
        assert following == (sent(query | {"updatedSince": newest}) if body["hasMore"] else None)

    @rule(
        scope=SCOPES,
        window=WINDOWS,
        status=STATUSES,
        size=SIZES,
        names=st.sampled_from([("since", "page_size"), ("updatedSince", "pageSize")]),
    )
    def poll_v2(
        self, scope: Scope, window: Window, status: str | None, size: int | None, names: tuple[str, str]
    ) -> None:
        since, until = window.between(self.oracle.times.values())
        found = window.cut(self.visible(scope), since, until)
        found = [order for order in found if status in (None, legacy_status(order))]
        page = found[: size or 100]
        query = {
            names[0]: since,
            "updatedUntil": until,
            "orderStatus": status,
            names[1]: size,
            "status": "NEW",
        }

        body, following = self.get("" if status else "/v2", scope, query)

        if window.is_backwards(since, until):
            assert body["error"]["code"] == 400
            return
        assert body == [legacy(order) for order in page]
        name = names[0] if since else "updatedSince"
        more = len(found) > len(page)
        assert following == (sent(query | {name: page[-1]["updatedTime"]}) if more else None)

    @rule(scope=SCOPES, ids=st.lists(st.sampled_from("ABCDE"), min_size=1, max_size=4, unique=True))
    def ask_by_id(self, scope: Scope, ids: list[str]) -> None:
        named = {name: [order for order in self.visible(scope) if order["orderId"] == name] for name in ids}
        missing = {"code": 404, "message": "Not Found"}

        body, _ = self.get("/v3", scope, {"id": ids}, "/id")
        legacy_body, _ = self.get("/v2", scope, {"id": ids}, "/id")

        assert body["orders"] == [order for orders in named.values() for order in orders]
        assert body["notFound"] == [name for name, orders in named.items() if not orders]
        assert legacy_body == [
            row
            for name, orders in named.items()
            for row in [legacy(order) for order in orders] or [{"orderId": name, "error": missing}]
        ]

    @rule(size=SIZES)
    def follow(self, size: int | None) -> None:
        """A step of a client that only ever sends back what it was given."""
        body, _ = self.get("/v3", FOLLOWED, {"updatedSince": self.since, "pageSize": size})
        self.held |= {order["orderId"]: order for order in body["orders"]}
        self.since = body["nextUpdatedSince"]

    @rule()
    def ask_again(self) -> None:
        self.asking.repeat()

    def teardown(self) -> None:
        """Wherever the history ends: after the last page that client holds what is there."""
        for _ in range(2):
            self.follow(2)

        assert self.held == {order["orderId"]: order for order in self.visible(FOLLOWED)}

    def get(self, prefix: str, scope: Scope, query: Fields, suffix: str = "") -> tuple[Any, str | None]:
        return self.asking.get(f"{prefix}/{scope[0]}/{scope[1]}/sales-order-status{suffix}", query)


def test_every_answer_is_the_oracles(settings: Settings) -> None:
    settings.ORDER_RATE = "100000000/m"
    settings.FEED_MEMORY_MILLISECONDS = 1e-6  # every poll goes by heads, read that moment
    key = create_caller(username="poller", channels=CHANNELS, partners=PARTNERS, rate="100000000/m")
    Polls.client = Client(headers={"X-Subject-Token": issue_token(username="poller", key=key)[0]})

    run_state_machine_as_test(Polls, settings=BOUNDED)
