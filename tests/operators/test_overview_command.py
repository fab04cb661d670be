"""`manage.py overview [--json]`."""

from datetime import timedelta

import pytest

from operators.overview.findings import OUTCOMES
from orders.models import FeedClock
from testbed.events import new_orders
from tests.callers.commands import run
from tests.conftest import Publish
from tests.operators.overviews import age_of_newest_change, caller, polled

pytestmark = [pytest.mark.wire, pytest.mark.django_db]


def test_it_prints_one_object_with_everything_the_page_shows(publish: Publish) -> None:
    publish(*new_orders(3))
    late, unused = caller("late"), caller("unused", channels=["lazadath"])
    polled(late, FeedClock.newest() - timedelta(microseconds=40))

    found = run("overview", "--json").json

    assert list(found) == [
        *("state", "figures", "time", "databaseMilliseconds", "publisher", "deliveries", "followers"),
        *("traffic", "limitsCount", "replicas", "unknown"),
    ]
    assert found["state"] == "WARNING"
    assert found["unknown"] == {}
    assert found["publisher"]["state"] == "ALIVE"
    assert list(found["traffic"]["pollsLastHour"]) == list(OUTCOMES)
    (slowest,) = found["followers"]["slowest"]
    seconds, last_poll_time = slowest.pop("seconds"), slowest.pop("lastPollTime")
    assert slowest == {
        "caller": "late",
        "callerId": late,
        "kind": "channel",
        "identifier": "lazada-th",
        "orders": 2,
    }
    assert 0 < seconds < 60
    assert last_poll_time.endswith("Z")
    assert found["followers"]["neverPolled"] == [
        {
            "caller": "unused",
            "callerId": unused,
            "kind": "channel",
            "identifier": "lazadath",
            "isKnown": False,
        }
    ]


def test_all_is_well_although_nobody_uses_some_of_it(publish: Publish) -> None:
    publish(*new_orders(1))

    found = run("overview", "--json").json

    assert {each["tone"] for each in found["figures"]} == {"OK", "IDLE"}
    assert found["state"] == "OK"


def test_a_publisher_that_stopped_is_an_alarm(publish: Publish) -> None:
    publish(*new_orders(1))
    age_of_newest_change(61)

    found = run("overview", "--json").json

    assert found["state"] == "ALARM"
    assert found["publisher"]["state"] == "QUIET"
    assert found["publisher"]["quietAfterSeconds"] == 60
    assert 61 <= found["publisher"]["ageSeconds"] < 70
    assert [each["tone"] for each in found["figures"] if each["figure"] == "publisher"] == ["ALARM"]


def test_without_json_it_prints_sentences(publish: Publish) -> None:
    publish(*new_orders(2))
    polled(caller("late"), FeedClock.newest() - timedelta(microseconds=20))
    caller("typo", channels=["lazadath"])

    lines = run("overview").out.splitlines()

    assert lines[0].startswith("OK       Publisher: Alive. The newest change is ")
    assert "OK       Limits: Counting. 0 uses not counted in the last hour." in lines
    assert any(line.startswith("behind   late, channel lazada-th: 1 order and ") for line in lines)
    assert "unused   typo, channel lazadath: never polled; there is no such channel yet" in lines
