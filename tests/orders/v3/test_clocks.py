from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from orders.models import FeedClock
from testbed.events import at, event
from testbed.feeds import FEED
from tests.conftest import Publish
from tests.shapes import assert_bad_parameters
from wire.times import format_time

pytestmark = pytest.mark.wire


@pytest.mark.parametrize("name", ["updatedSince", "updatedUntil"])
def test_a_time_that_only_a_wrong_clock_can_have_made_is_refused(
    api: Client, publish: Publish, name: str
) -> None:
    publish(event())

    with time_machine.travel("2026-11-23T10:00:00Z", tick=False):
        response = api.get(FEED, {name: "3016-01-01T00:00:00Z"})

    assert_bad_parameters(
        response, (name, "it is 2026-11-23T10:00:00.000000Z here", "2026-11-23T10:00:00.000000Z")
    )


@pytest.mark.parametrize(("seconds", "status"), [(0, 200), (5, 200), (6, 400)])
def test_a_clock_that_is_a_few_seconds_ahead_is_forgiven(api: Client, seconds: int, status: int) -> None:
    with time_machine.travel("2026-11-23T10:00:00Z", tick=False):
        response = api.get(FEED, {"updatedSince": f"2026-11-23T10:00:{seconds:02}Z"})

    assert response.status_code == status


@pytest.mark.usefixtures("far_ahead")
def test_a_watermark_of_ours_is_never_refused_though_our_clock_was_set_back(
    api: Client, publish: Publish
) -> None:
    publish(event())

    response = api.get(FEED, {"updatedSince": at(1)})

    assert response.json()["nextUpdatedSince"] == at(1)


@pytest.mark.usefixtures("far_ahead")
@pytest.mark.parametrize(("microseconds", "status"), [(0, 200), (1, 400)])
def test_a_time_five_seconds_after_the_newest_change_is_the_latest(
    api: Client, publish: Publish, microseconds: int, status: int
) -> None:
    publish(event())
    latest = FeedClock.newest() + timedelta(seconds=5, microseconds=microseconds)

    response = api.get(FEED, {"updatedSince": format_time(latest)})

    assert response.status_code == status
