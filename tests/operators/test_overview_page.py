"""The first page, and the part of it that its script asks for again."""

import re
from typing import Never

import pytest
from django.db import OperationalError
from django.test import Client

from operators.overview import gathering
from testbed.events import new_orders
from tests.conftest import Publish
from tests.operators.overviews import age_of_newest_change, caller

pytestmark = [pytest.mark.wire, pytest.mark.django_db]


def shown(client: Client, key: str) -> str:
    """The words of a figure, by the fragment."""
    text = client.get("/overview/").text
    (found,) = re.findall(rf'id="figure-{key}">(.*?)</li>', text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found).split())


def test_the_first_page_has_the_overview_above_the_lists(operators: Client, publish: Publish) -> None:
    publish(*new_orders(1))

    answer = operators.get("/")

    assert answer.status_code == 200
    assert "Publisher" in answer.text
    assert answer.text.count('<svg class="chart"') == 4
    assert answer.text.index('id="figure-publisher"') < answer.text.index("Everything there is")
    assert '<noscript><meta http-equiv="refresh" content="30"></noscript>' in answer.text
    assert not re.search(r"<script(?![^>]*src=)|\sstyle=|\son\w+=", answer.text)  # the policy refuses them


def test_a_publisher_that_stopped_turns_red_on_the_page(viewers: Client, publish: Publish) -> None:
    publish(*new_orders(1))
    before = shown(viewers, "publisher")
    age_of_newest_change(61)

    assert re.fullmatch(r"Publisher Alive OK The newest change is \d(\.\d)? s old\.", before)
    assert re.fullmatch(
        r"Publisher Quiet ALARM The newest change is 6\d s old; after 60 s it counts as quiet\.",
        shown(viewers, "publisher"),
    )
    assert 'class="figure figure-alarm" id="figure-publisher"' in viewers.get("/overview/").text


def test_the_overview_alone_is_for_those_who_logged_in(strangers: Client, viewers: Client) -> None:
    refused, answer = strangers.get("/overview/"), viewers.get("/overview/")

    assert (refused.status_code, refused["Location"]) == (302, "/login/?next=/overview/")
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "no-store" in answer["Cache-Control"]


def test_a_figure_leads_to_its_rows(viewers: Client, feed_clock: None) -> None:
    text = viewers.get("/overview/").text
    leads = dict(re.findall(r'id="figure-(\w+)">\s*<h2>(<a href="[^"]*">)?', text))

    inside = {re.sub(r'.*"#|">', "", lead) for lead in leads.values() if "#" in lead}
    assert inside == {"slowest", "neverPolled", "limited", "skipped", "subscriptions"}
    assert all(f'<section class="rows" id="{key}">' in text for key in inside)


def test_what_others_named_is_shown_as_text(viewers: Client, feed_clock: None) -> None:
    caller("a", channels=["<b>x"])

    assert "channel &lt;b&gt;x" in viewers.get("/overview/").text


def test_a_page_whose_questions_fail_says_so(viewers: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow() -> Never:
        raise OperationalError("canceling statement due to statement timeout")

    for part in gathering.QUESTIONS:
        monkeypatch.setitem(gathering.QUESTIONS, part, slow)

    assert shown(viewers, "publisher") == (
        "Publisher Not known UNKNOWN The database was too slow, or failed."
    )
    assert "so there are no charts" in viewers.get("/overview/").text
