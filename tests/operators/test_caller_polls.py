"""Who polls, on the pages of callers."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from callers import poll_memory, polls
from callers.models import Caller, Scope
from operators.admin import caller_feeds
from orders.models import SalesOrder
from stores.notes import Away
from stores.writer import writer
from testbed.events import new_orders
from tests.conftest import Credentials, Publish

pytestmark = pytest.mark.django_db

LIST = "/callers/caller/"


@pytest.fixture
def polled(operators_server: None, caller: Credentials, publish: Publish) -> str:
    """The page of a caller that was given one of three orders of its channel, and was limited once."""
    publish(*new_orders(3))
    first = SalesOrder.objects.earliest("updated_time").updated_time
    pk = Caller.objects.get().pk
    feed = Scope("channel", "lazada-th")
    poll_memory.note(pk, feed, "200", (first - timedelta(seconds=1), first))
    poll_memory.note(pk, feed, "limited")
    writer.flush()
    return f"{LIST}{pk}/change/"


def test_the_list_says_when_each_polled_last(polled: str, viewers: Client) -> None:
    Caller.objects.create(username="silent", key_digest=b"")

    told = re.findall(r'<td class="field-last_poll">([^<]*)</td>', viewers.get(LIST).text)

    assert told[1] == "never"
    assert re.fullmatch(r"\d s ago", told[0])


def test_the_page_says_how_far_behind_it_is(polled: str, viewers: Client) -> None:
    page = viewers.get(polled).text

    rows = [
        re.findall(r"<t[hd][^>]*>([^<]*)<", row)
        for row in re.findall(r'<tr><th scope="row">.*?</tr>', page, re.DOTALL)
    ]
    found = {row[0]: row[1:] for row in rows}
    assert re.fullmatch(r"\d s ago", found["channel lazada-th"][0])
    assert re.fullmatch(r"2 orders, \d s", found["channel lazada-th"][2])
    assert found["channel lazada-th"][3:5] == ["200: 1, limited: 1", "1"]
    assert found["partner 143"][:3] == ["never", "", ""]


def test_what_is_kept_elsewhere_may_be_away(
    polled: str, viewers: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*names: object) -> None:
        raise Away("gone")

    monkeypatch.setattr(polls, "all", away)
    monkeypatch.setattr(caller_feeds, "followers", away)

    assert viewers.get(LIST).text.count(caller_feeds.AWAY) == 1
    assert viewers.get(polled).text.count(caller_feeds.AWAY) == 1
