import pytest
import time_machine
from django.test import Client

from testbed.feeds import FEED, PATH
from tests.callers.test_limits import remaining
from tests.shapes import assert_quota_exceeded

pytestmark = pytest.mark.wire

BY_ID = f"{FEED}/id"


@pytest.mark.parametrize("prefix", ["/v3", "/v2", ""])
def test_an_answer_by_id_tells_of_the_order_s_quota_too(api: Client, prefix: str) -> None:
    response = api.get(f"{prefix}{PATH}/id?id=A")

    assert response["RateLimit-Policy"] == '"caller";q=600;w=60, "order";q=6;w=60'
    assert remaining(response) == {"caller": 599, "order": 5}


def test_of_several_orders_the_one_with_the_least_left_is_told(api: Client) -> None:
    with time_machine.travel("2026-11-23T10:00:00Z", tick=False):
        api.get(BY_ID, {"id": "B"})
        response = api.get(BY_ID, {"id": ["A", "B", "C"]})

    assert remaining(response) == {"caller": 598, "order": 4}


def test_one_order_can_be_asked_for_six_times_a_minute(api: Client) -> None:
    with time_machine.travel("2026-11-23T10:00:00Z", tick=False) as clock:
        served = [api.get(BY_ID, {"id": ["A", f"B{number}"]}).status_code for number in range(6)]
        refused = api.get(BY_ID, {"id": "A"})
        other = api.get(BY_ID, {"id": "B0"})
        feed = api.get(FEED)
        clock.shift(int(refused["Retry-After"]))
        again = api.get(BY_ID, {"id": "A"})

    assert served == [200] * 6
    assert_quota_exceeded(refused, "6 in 60 seconds", "order")
    assert (other.status_code, feed.status_code, again.status_code) == (200, 200, 200)
