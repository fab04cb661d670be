"""How late a replica is, as operators are told: of a real standby."""

from pathlib import Path
from urllib.parse import quote

import pytest

from testbed.events import event
from testbed.installation import Publisher, eventually
from testbed.replica_pair import Pair, pause_replay, resume_replay, wait_until_replayed
from tests.promises.scraping import operators, scraped

pytestmark = pytest.mark.slow

LAG = "acommerce_replica_lag_seconds"


def test_a_late_standby_is_told_by_its_distance_and_one_that_has_caught_up_by_none(
    pair: Pair, publish: Publisher, tmp_path: Path
) -> None:
    settings = pair.installation.variables | {"DATABASE_REPLICA_URLS": pair.standby.url}
    with operators(tmp_path, **settings) as server:
        publish(event())
        pause_replay(pair)
        publish(event())
        late = scraped(server, LAG)
        resume_replay(pair)
        wait_until_replayed(pair)
        in_time = scraped(server, LAG)
        is_up = scraped(server, "acommerce_replica_up")

    assert late > 0
    assert (in_time, is_up) == (0, 1)


def test_without_a_replica_that_answers_the_primary_is_told_to_be_read(pair: Pair, tmp_path: Path) -> None:
    away = pair.standby.url.replace(quote(str(pair.standby.folder), safe=""), quote(str(tmp_path), safe=""))
    with operators(tmp_path, DATABASE_URL=pair.primary.url, DATABASE_REPLICA_URLS=away) as server:
        assert eventually(lambda: scraped(server, "acommerce_database_up") == 1)
        is_up, lag = scraped(server, "acommerce_replica_up"), scraped(server, LAG)

    assert (is_up, lag) == (0, 0)
