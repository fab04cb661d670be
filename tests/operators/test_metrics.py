"""What Prometheus is told at /metrics, and who may ask."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text
from pytest_django import Settings

from callers.models import Caller
from delivery.models import Batch, HeldOrder, ShardLease, Subscription
from operators import database_metrics
from operators.metrics import NOT_FOR_OTHERS, WRONG_TOKEN
from orders.models import FeedClock
from testbed.events import event
from tests.conftest import Publish

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("feed_clock", "operators_server")]

TOKEN = "a-token-of-twenty-characters"


def samples(client: Client) -> dict[str, float]:
    """All numbers of a scrape, by name and labels, such as `acommerce_polls_total{outcome="200"}`."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return by_name(list(read_text(answer.text)))


def by_name(families: list[Metric]) -> dict[str, float]:
    found = [sample for family in families for sample in family.samples]
    return {sample.name + shown(sample.labels): sample.value for sample in found}


def shown(labels: dict[str, str]) -> str:
    pairs = ",".join(f'{name}="{text}"' for name, text in labels.items())
    return f"{{{pairs}}}" if pairs else ""


def now(**later: float) -> datetime:
    return datetime.now(UTC) + timedelta(**later)


def subscribed(**columns: Any) -> Subscription:
    """A row, of a webhook unless told."""
    caller, _ = Caller.objects.get_or_create(username="poller")
    row = {"mechanism": "webhook", "kind": "channel", "settings": {}, "shard": 1, "change_number": 1}
    times = {"created_time": now(), "position": now()}
    return Subscription.objects.create(caller=caller, public_id=token_hex(8), **row | times | columns)


@pytest.fixture
def scraper() -> Client:
    """Who scrapes logs in nowhere."""
    return Client(raise_request_exception=False)


def test_this_machine_needs_no_login_and_gets_no_cookie(scraper: Client) -> None:
    answer = scraper.get("/metrics")

    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies
    assert "# TYPE acommerce_limits_failed_open_total counter\n" in answer.text
    assert "\nacommerce_database_up 1.0\n" in answer.text


def test_openmetrics_is_given_to_who_asks_for_it(scraper: Client) -> None:
    accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
    answer = scraper.get("/metrics", headers={"Accept": accept})

    assert answer["Content-Type"].startswith("application/openmetrics-text; version=1.0.0; charset=utf-8")
    assert by_name(list(read_openmetrics(answer.text)))["acommerce_database_up"] == 1


def test_others_need_a_token_that_is_set(scraper: Client, settings: Settings) -> None:
    settings.IS_PUBLIC = True

    answer = scraper.get("/metrics", headers={"Authorization": "Bearer "})

    assert (answer.status_code, answer.text) == (403, NOT_FOR_OTHERS)


@pytest.mark.parametrize("is_public", [True, False])
def test_a_token_that_is_set_must_be_sent(scraper: Client, settings: Settings, is_public: bool) -> None:
    settings.IS_PUBLIC, settings.METRICS_TOKEN = is_public, TOKEN

    sent = [
        "",
        "Bearer",
        f"Bearer {TOKEN}x",
        "Bearer é",
        f"Basic {TOKEN}",
        f"Bearer {TOKEN}",
        f"bearer {TOKEN}",
    ]
    answers = [scraper.get("/metrics", headers={"Authorization": text}) for text in sent]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 401, 401, 200, 200]
    assert answers[0].text == WRONG_TOKEN
    assert answers[0]["WWW-Authenticate"] == "Bearer"


def test_nothing_is_changed_by_asking(scraper: Client) -> None:
    assert scraper.post("/metrics").status_code == 405


def test_the_age_of_the_newest_change_is_told_once_there_is_one(scraper: Client, publish: Publish) -> None:
    before = samples(scraper)
    publish(event())
    fresh = samples(scraper)["acommerce_newest_change_age_seconds"]
    FeedClock.objects.update(last_time=datetime.now(UTC) - timedelta(seconds=90))
    old = samples(scraper)["acommerce_newest_change_age_seconds"]

    assert "acommerce_newest_change_age_seconds" not in before
    assert before["acommerce_publisher_quiet_seconds"] == 60
    assert 0 <= fresh < 20
    assert 90 <= old < 110


def test_subscriptions_are_counted_by_mechanism_and_state(scraper: Client) -> None:
    for columns in ({"failures": 3}, {"active": False}, {"deleted": True}, {"confirmed": False}):
        subscribed(**columns)
    subscribed(mechanism="ftp", active=False, disabled_reason="GONE")
    times = {"updated_time": now(), "held_time": now()}
    HeldOrder.objects.create(subscription=subscribed(), channel_id="c", order_id="o", **times)

    found = samples(scraper)

    name = "acommerce_subscriptions"
    counted = {text for text, number in found.items() if text.startswith(name) and number == 1}
    states = ("unconfirmed", "active", "failing", "paused")
    of_webhooks = {f'{name}{{mechanism="webhook",state="{state}"}}' for state in states}
    assert counted == {*of_webhooks, f'{name}{{mechanism="ftp",state="disabled"}}'}
    assert found['acommerce_subscriptions{mechanism="email",state="failing"}'] == 0
    assert found['acommerce_held_orders{mechanism="webhook",state="waiting"}'] == 1
    assert found['acommerce_held_orders{mechanism="webhook",state="given_up"}'] == 0


def test_a_batch_is_late_when_it_is_not_cut_or_not_delivered_in_time(scraper: Client) -> None:
    soon = now(minutes=5)
    for due in (now(minutes=-6), now(minutes=-4)):
        subscribed(mechanism="ftp", due_time=due)
    subscribed(mechanism="ftp", due_time=now(minutes=-6), active=False)
    window = {"since": now(), "until": now(), "orders": 0, "rows": 0, "size": 0, "statuses": []}
    for made in (now(minutes=-6), now(minutes=-4)):
        row = subscribed(mechanism="ftp", due_time=soon)
        Batch.objects.create(subscription=row, number=1, name="a.csv", made_time=made, **window)

    found = samples(scraper)

    assert found['acommerce_late_batches{mechanism="ftp"}'] == 2
    assert found['acommerce_late_batches{mechanism="email"}'] == 0


def test_who_delivers_is_told_by_leases(scraper: Client) -> None:
    ShardLease.objects.all().delete()
    ShardLease.objects.create(number=1, owner="a", until=now(seconds=15))
    ShardLease.objects.create(number=2, owner="", until=None)
    ShardLease.objects.create(number=65, owner="b", until=now(seconds=-35))

    found = samples(scraper)

    assert found['acommerce_deliver_leases_held{sends="orders"}'] == 1
    assert found['acommerce_deliver_leases_held{sends="files"}'] == 0
    assert 9 < found['acommerce_deliver_renewal_age_seconds{sends="orders"}'] < 20
    assert 59 < found['acommerce_deliver_renewal_age_seconds{sends="files"}'] < 70


def test_a_database_that_is_away_costs_only_what_it_would_say(
    scraper: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise OperationalError("away")

    monkeypatch.setattr(FeedClock, "newest", away)

    found = samples(scraper)

    assert found["acommerce_database_up"] == 0
    assert found["acommerce_limits_failed_open_total"] >= 0
    assert found["acommerce_publisher_quiet_seconds"] == 60
    assert "acommerce_deliver_leases_held" not in "".join(found)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no limit of time")
def test_a_question_that_takes_too_long_is_left_out(scraper: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow() -> list[Metric]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(20)")
        return []

    monkeypatch.setattr(database_metrics, "SECONDS", 0.5)
    monkeypatch.setattr(database_metrics, "QUESTIONS", (slow,))
    began = time.monotonic()

    found = samples(scraper)

    assert time.monotonic() - began < 2.5
    assert found["acommerce_database_up"] == 1


def test_metrics_that_are_off_leave_what_the_database_says(scraper: Client, settings: Settings) -> None:
    settings.METRICS_DIR = ""

    found = samples(scraper)

    assert found["acommerce_database_up"] == 1
    assert "acommerce_limits_failed_open_total" not in found


def test_a_folder_that_cannot_be_read_leaves_what_the_database_says(
    scraper: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.METRICS_DIR = str(tmp_path / "nowhere")

    assert samples(scraper)["acommerce_database_up"] == 1
