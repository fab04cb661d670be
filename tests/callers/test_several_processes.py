"""What holds for one server process holds for all of them together."""

import time
from pathlib import Path

import httpx2
import pytest
from django.conf import settings

from callers.administration import create_caller, revoke_caller
from testbed.feeds import FEED
from testbed.servers import serve
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
