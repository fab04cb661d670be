from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from orders.models import FeedClock
from testbed.events import FAR_AHEAD, event
from testbed.feeds import FEED
from tests.conftest import Publish


@pytest.mark.wire
@pytest.mark.usefixtures("far_ahead")
def test_changes_after_it_get_times_that_much_later(publish: Publish, api: Client) -> None:
    said = StringIO()
    call_command("skip_clock", "60", stdout=said)
    publish(event())

    orders = api.get(FEED).json()["orders"]

    assert said.getvalue() == "Changes get times later than 2100-01-01T00:01:00.000020Z from now on.\n"
    assert [order["updatedTime"] for order in orders] == ["2100-01-01T00:01:00.000040Z"]


@pytest.mark.wire
@pytest.mark.usefixtures("far_ahead")
@pytest.mark.parametrize("seconds", ["0", "-1", "31622401", "x", "1.5"])
def test_a_clock_is_never_put_back_nor_moved_by_more_than_a_year(seconds: str) -> None:
    with pytest.raises(CommandError):
        call_command("skip_clock", "--", seconds)

    assert FeedClock.newest() == FAR_AHEAD
