"""What holds for one server process holds for all of them together."""

import time
from pathlib import Path

import httpx2
import pytest
from django.conf import settings

from callers.administration import create_caller, revoke_caller, set_rate
from callers.grants import grant, withdraw
from callers.models import Scope
from testbed.feeds import FEED
from testbed.servers import Server, serve
from testbed.tokens import issue_token

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed")]


def token_of(username: str, rate: str = "") -> dict[str, str]:
    """The header with a token of a new caller."""
    key = create_caller(username=username, channels=["lazada-th"], rate=rate)
    return {"X-Subject-Token": issue_token(username=username, key=key)[0]}


def test_a_quota_is_shared(tmp_path: Path) -> None:
    headers = token_of("poller", rate="6/d")

    with serve(tmp_path / "1") as first, serve(tmp_path / "2") as second:
        urls = [first.url + FEED, second.url + FEED] * 4
        statuses = [httpx2.get(url, headers=headers, timeout=20).status_code for url in urls]

    assert statuses == [200] * 6 + [429] * 2


@pytest.mark.wire
def test_a_revoked_caller_is_out_everywhere_once_it_is_forgotten(tmp_path: Path) -> None:
    headers = token_of("poller")

    with (
        serve(tmp_path / "1", CALLER_CACHE_SECONDS="1") as first,
        serve(tmp_path / "2", CALLER_CACHE_SECONDS="1") as second,
    ):
        urls = [first.url + FEED, second.url + FEED]
        before = [httpx2.get(url, headers=headers, timeout=20).status_code for url in urls]
        revoke_caller(username="poller")
        time.sleep(1.1)
        after = [httpx2.get(url, headers=headers, timeout=20).status_code for url in urls]

    assert (before, after) == ([200, 200], [401, 401])
    assert settings.CALLER_CACHE_SECONDS < 10


@pytest.mark.wire
def test_what_is_changed_of_a_caller_is_in_effect_everywhere_once_it_is_forgotten(tmp_path: Path) -> None:
    headers = token_of("poller")
    other = "/v3/partner/143/sales-order-status"

    def ask(*servers: Server) -> list[tuple[int, int, str]]:
        """Of each server: the statuses of both feeds, and the caller's quota."""
        answers = [
            [httpx2.get(server.url + path, headers=headers, timeout=20) for path in (FEED, other)]
            for server in servers
        ]
        return [(a.status_code, b.status_code, a.headers["RateLimit-Policy"]) for a, b in answers]

    with (
        serve(tmp_path / "1", CALLER_CACHE_SECONDS="1") as first,
        serve(tmp_path / "2", CALLER_CACHE_SECONDS="1") as second,
    ):
        before = ask(first, second)
        grant(username="poller", scopes=[Scope("partner", "143")])
        withdraw(username="poller", scopes=[Scope("channel", "lazada-th")])
        set_rate(username="poller", rate="700/h")
        time.sleep(1.1)
        after = ask(first, second)

    assert before == [(200, 403, '"caller";q=600;w=60')] * 2
    assert after == [(403, 200, '"caller";q=700;w=3600')] * 2
