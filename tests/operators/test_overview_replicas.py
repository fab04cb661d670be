"""What the overview says of a replica that follows, and of one that is away."""

import json
from urllib.parse import quote

import pytest

from testbed.installation import Installation
from testbed.replica_pair import filled, followed
from testbed.services import Postgres

pytestmark = pytest.mark.slow


def url(server: Postgres) -> str:
    return f"postgres://postgres@/postgres?host={quote(str(server.folder), safe='')}"


def test_each_replica_is_asked_directly() -> None:
    with filled() as original, followed(original) as pair:
        primary, standby = url(pair.primary), url(pair.standby)
        here = Installation({"DATABASE_URL": primary, "DATABASE_REPLICA_URLS": standby})
        following = json.loads(here.manage("overview", "--json"))
        pair.standby.stop()
        away = json.loads(here.manage("overview", "--json"))

    address = f"{pair.standby.folder}:5432"
    assert following["replicas"] == [{"address": address, "lagSeconds": 0.0, "isStandby": True}]
    assert away["replicas"] == [{"address": address, "lagSeconds": None, "isStandby": None}]
    assert away["state"] == "WARNING"
    assert away["publisher"]["state"] == "ALIVE"
