"""The clock, the heads, and the log in the admin."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from callers.administration import create_caller
from callers.models import Caller
from operators.ages import age
from orders.models import FeedClock, FeedHead
from testbed.events import new_orders
from tests.conftest import Publish

pytestmark = [pytest.mark.django_db, pytest.mark.wire]


def test_the_clock_and_the_heads_tell_how_old_they_are(publish: Publish, viewers: Client) -> None:
    publish(*new_orders(1))
    ago = timezone.now() - timedelta(hours=3)
    FeedClock.objects.update(last_time=ago)
    FeedHead.objects.filter(kind="channel").update(updated_time=ago - timedelta(days=3))

    page = viewers.get("/orders/feedhead/").text

    assert f"<strong>{ago:%Y-%m-%d %H:%M:%S.%f} UTC</strong>" in page
    assert "<strong>3 h</strong> ago" in page
    assert '<td class="field-scope">channel lazada-th</td>' in page
    assert '<td class="field-age">3 d</td>' in page
    assert '<td class="field-age">0 s</td>' in page


@pytest.mark.parametrize(
    ("seconds", "told"), [(-5, "0 s"), (119, "119 s"), (120, "2 min"), (7_200, "2 h"), (172_800, "2 d")]
)
def test_an_age_is_told_in_one_unit(seconds: int, told: str) -> None:
    assert age(timezone.now() - timedelta(seconds=seconds)) == told


def test_the_log_says_who_did_what(operators: Client, viewers: Client) -> None:
    create_caller(username="shop")
    operators.post(f"/callers/caller/{Caller.objects.get().pk}/grant/", {"partners": "143"})

    page = viewers.get("/admin/logentry/").text

    assert '<td class="field-user nowrap">olga</td>' in page
    assert '<td class="field-about">caller shop</td>' in page
    assert '<td class="field-told">Granted partner 143.</td>' in page
