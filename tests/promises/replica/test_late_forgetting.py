"""Orders that are forgotten while a standby is late: it shows orders and marks of one moment."""

import httpx2
import pytest

from testbed.feeds import FEED
from testbed.installation import Publisher
from testbed.replica_pair import Pair, ask, pause_replay, resume_replay, wait_until_replayed

pytestmark = pytest.mark.slow


def test_a_late_standby_shows_all_or_says_that_it_is_gone(
    pair: Pair, near: httpx2.Client, late: httpx2.Client, publish: Publisher
) -> None:
    since = near.get(FEED, params={"pageSize": 1}).json()["nextUpdatedSince"]
    wait_until_replayed(pair)
    before = near.get(FEED, params={"updatedSince": since}).json()["orders"]
    pause_replay(pair)
    ask(pair.primary, "UPDATE orders_salesorder SET updated_time = updated_time - interval '900 days'")
    ask(pair.primary, "SELECT pg_switch_wal()")
    pair.installation.manage("forget", "--finished-before", "800d")

    query = {"updatedSince": "2020-01-01T00:00:00Z"}
    there, gone = late.get(FEED, params={"updatedSince": since}), near.get(FEED, params=query)
    resume_replay(pair)
    wait_until_replayed(pair)

    assert (there.status_code, there.json()["orders"]) == (200, before)
    assert gone.status_code == 410
    assert late.get(FEED, params=query).status_code == 410
