"""Where things are counted for Prometheus: in this process, each by its own difference."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from psycopg_pool import PoolTimeout
from pytest_django import Settings

from delivery.engine.answers import answered
from delivery.outcome import Kind, Outcome
from orders.publishing import ingest
from stores import metrics
from stores.counting.metric import Histogram, Metric
from stores.postgresql.pool_metrics import tell
from testbed.events import event, withdrawal
from testbed.feeds import FEED, V2_FEED
from tests.conftest import Publish
from tests.delivery.engine.subscriptions import row, running
from tests.delivery.files.folders import make_due, subscribe, working

ROUTE = "/v3/channel/{channel_id}/sales-order-status"


class Difference:
    """What was counted of a metric since this was made."""

    def __init__(self, metric: Metric, *values: str) -> None:
        self._child = metric.child(values)
        self._suffix = "_count" if isinstance(metric, Histogram) else "_total"
        self._before = self._now()

    def __call__(self) -> float:
        return self._now() - self._before

    def _now(self) -> float:
        (family,) = self._child.collect()
        (found,) = [sample.value for sample in family.samples if sample.name.endswith(self._suffix)]
        return float(found)


def test_polls_are_counted_by_route_and_outcome(
    api: Client, anyone: Client, settings: Settings, publish: Publish
) -> None:
    publish(event())
    outcomes = [Difference(metrics.polls, ROUTE, outcome) for outcome in ("200", "304", "4xx", "429")]
    of_v2 = Difference(metrics.polls, ROUTE.replace("v3", "v2"), "200")
    durations = Difference(metrics.poll_duration, ROUTE)

    page = api.get(FEED)
    api.get(FEED, headers={"If-None-Match": page["ETag"]})
    anyone.get(FEED)
    api.get(V2_FEED)
    settings.CALLER_RATE = "1/d"
    api.get(FEED)
    api.get(FEED)

    assert [difference() for difference in outcomes] == [2, 1, 1, 1]
    assert of_v2() == 1
    assert durations() == 5


def test_other_requests_are_counted_without_what_a_client_chose(anyone: Client) -> None:
    unmatched = Difference(metrics.other_requests, "(unmatched)", "4xx")
    alive = Difference(metrics.other_requests, "/healthz", "200")

    anyone.get("/nowhere/4711")
    anyone.get("/healthz")

    assert (unmatched(), alive()) == (1, 1)


def test_no_label_grows_with_what_clients_send(api: Client) -> None:
    words = [f"word-{number}" for number in range(20)]
    for word in words:
        for path in (
            FEED.replace("lazada-th", word),
            f"{FEED}/id?id={word}",
            f"/{word}",
            f"/channel/{word}/hooks",
        ):
            api.generic("GET", path, headers={"X-Request-ID": word, "User-Agent": word})

    labels = {text for metric in Metric.all for values in metric.children for text in values}
    assert not {text for text in labels if "word-" in text}


def test_uses_beyond_a_quota_are_counted_by_its_name(api: Client, settings: Settings) -> None:
    settings.CALLER_RATE, settings.ORDER_RATE = "3/d", "1/d"
    refusals = [Difference(metrics.quota_refusals, policy) for policy in ("caller", "order")]

    for _ in range(5):
        api.get(f"{FEED}/id?id=A")

    assert [difference() for difference in refusals] == [2, 2]


def test_uses_that_are_not_counted_are(api: Client, settings: Settings) -> None:
    away = {"BACKEND": "stores.counters.CounterStore", "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = settings.CACHES | {"limits": away}
    failed_open = Difference(metrics.limits_failed_open)

    for _ in range(3):
        api.get(FEED)

    assert failed_open() == 3


def test_events_are_counted_by_outcome_and_batches_by_time(committed: None) -> None:
    events = {each: Difference(metrics.events, each) for each in metrics.EVENT_OUTCOMES}
    batches = Difference(metrics.batch_duration)

    ingest.publish([event(eventId="a"), event(eventId="b"), b"no event", event(eventId="a")])
    ingest.publish([event(eventId="a", detail="new", revision=2), withdrawal("b")])

    counted: dict[str, Any] = {name: difference() for name, difference in events.items()}
    assert counted == {"published": 2, "unchanged": 1, "rejected": 1, "revised": 1, "deleted": 1}
    assert batches() == 2


def test_deliveries_are_counted_by_mechanism_and_outcome() -> None:
    run, order = running(), row(1, "A")
    counted = [Difference(metrics.deliveries, "webhook", outcome) for outcome in ("refused", "delivered")]
    delays = Difference(metrics.commit_to_receiver, "webhook")

    for outcome in (Outcome(Kind.REFUSED, 500), Outcome(Kind.DELIVERED, 200)):
        answered(run, order, outcome, run.begun(order, was_held=False))

    assert [difference() for difference in counted] == [1, 1]
    assert delays() == 1


@pytest.mark.usefixtures("deliverable", "caller")
def test_files_are_counted_too(settings: Settings, tmp_path: Path, publish: Publish) -> None:
    settings.DELIVERY_FOLDER = str(tmp_path / "outbox")
    counted = Difference(metrics.deliveries, "file", "delivered")
    delays = Difference(metrics.commit_to_receiver, "file")
    publish(event())
    subscription = subscribe()
    make_due(subscription)

    with working() as worker:
        worker.turn(subscription)

    assert (counted(), delays()) == (1, 1)


def test_the_pool_is_told(committed: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        tell()

    alias = connection.alias
    gauges = [metrics.pool_connections.child((alias, "in_use")), metrics.pool_max.child((alias,))]
    in_use, most = (next(iter(gauge.collect())).samples[0].value for gauge in gauges)
    assert in_use == 1
    assert most == 8


def test_a_wait_for_the_pool_is_counted(committed: None) -> None:
    waits = Difference(metrics.pool_waits, connection.alias)
    pool = connection.pool  # type: ignore[attr-defined]  # of PostgreSQL's
    with connection.cursor():
        taken = [pool.getconn() for _ in range(pool.max_size - 1)]
        with pytest.raises(PoolTimeout):
            pool.getconn(timeout=0.05)
    for each in taken:
        pool.putconn(each)
    tell()

    assert waits() >= 1
