"""A database of the first release runs on this one: `manage.py migrate`, and no dump and no pause.

In the SQLite run it is a file; in the PostgreSQL run it is restored from a dump.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path

import httpx2
import orjson
import pytest
from django.db import connection

from testbed.events import Fields, event, withdrawal
from testbed.feeds import FEED, PATH
from testbed.installation import Installation, client_of
from testbed.services import postgres
from tests.promises.upgrade.first_release import ANSWERS, CREDENTIALS, in_a_file, restored_from_a_dump

pytestmark = [pytest.mark.wire, pytest.mark.slow]

TIMES = {"orderCreatedTime": "2026-11-20T03:00:00Z", "eventTime": "2026-11-22T00:00:00Z"}
LATER = [
    event(orderId="O-1", eventId="1-done", status="COMPLETED", **TIMES),
    withdrawal("5-new"),
    event(orderId="O-6", eventId="6-new"),
    event(eventId="never-came", orderId="O-6"),
]
"""An order of the first release changes, one loses its only event, one is new; a deletion is remembered."""


@contextmanager
def first_release(folder: Path) -> Iterator[Installation]:
    """On the engine of this run."""
    if connection.vendor == "sqlite":
        folder.mkdir()
        yield in_a_file(folder)
    else:
        with postgres() as server:
            yield restored_from_a_dump(server)


@contextmanager
def api_of(place: Installation, folder: Path) -> Iterator[httpx2.Client]:
    """A client of a server on the database, by the key that the first release gave."""
    served = place.serve(folder, FEED_MEMORY_MILLISECONDS="0")
    with served as server, client_of(server.url, CREDENTIALS) as client:
        yield client


def publish(place: Installation, folder: Path, events: list[Fields]) -> str:
    file = folder / "later.ndjson"
    file.write_bytes(b"".join(orjson.dumps(each) + b"\n" for each in events))
    return place.manage("ingest", str(file))


@pytest.mark.parametrize("rendered", [False, True], ids=["documents as they were", "rendered again"])
def test_every_answer_is_that_of_the_first_release(tmp_path: Path, rendered: bool) -> None:
    with first_release(tmp_path / "var") as place:
        place.manage("migrate", "-v", "0")
        if rendered:
            place.manage("render_documents")
        with api_of(place, tmp_path) as api:
            plain = {path: api.get(path, headers={"Accept-Encoding": "identity"}) for path in ANSWERS}
            packed = {path: api.get(path, headers={"Accept-Encoding": "gzip"}) for path in ANSWERS}

    assert {path: answer.json() for path, answer in plain.items()} == ANSWERS
    assert {path: answer.json() for path, answer in packed.items()} == ANSWERS
    assert "Content-Encoding" not in plain[FEED].headers
    assert packed[FEED].headers["Content-Encoding"] == "gzip"


def test_what_is_published_now_joins_what_was_published_then(tmp_path: Path) -> None:
    before = {order["orderId"]: order for order in ANSWERS[FEED]["orders"]}

    with first_release(tmp_path / "var") as place:
        place.manage("migrate", "-v", "0")
        summary = publish(place, tmp_path, LATER)
        with api_of(place, tmp_path) as api:
            found = api.get(FEED, params={"updatedSince": ANSWERS[FEED]["nextUpdatedSince"]}).json()
            elsewhere = api.get(f"/v3{PATH.replace('lazada-th', 'shopee-th')}").json()["orders"]
            legacy = api.get(f"/v2{PATH}/id", params={"id": "O-1"}).json()

    assert summary.startswith("published 2, revised 0, deleted 1, unchanged 1, rejected 0 ")
    changed, new = found["orders"]
    expected = deepcopy(before["O-1"]) | {"orderStatus": "COMPLETED", "updatedTime": changed["updatedTime"]}
    expected["statusHistory"].append(
        {
            "eventId": "1-done",
            "status": "COMPLETED",
            "detailedStatus": None,
            "detail": None,
            "eventTime": "2026-11-22T00:00:00.000000Z",
            "updatedTime": changed["updatedTime"],
        }
    )
    assert changed == expected
    assert (new["orderId"], [entry["eventId"] for entry in new["statusHistory"]]) == ("O-6", ["6-new"])
    assert [(order["orderId"], order["orderStatus"]) for order in elsewhere] == [("O-1", None)]
    assert legacy[0]["orderStatus"][-1]["orderStatus"] == "COMPLETED"


def test_an_audit_finds_all_as_promised_before_and_after_rendering(tmp_path: Path) -> None:
    with first_release(tmp_path / "var") as place:
        place.manage("migrate", "-v", "0")
        before = place.manage("audit")
        publish(place, tmp_path, LATER)
        rendered, again = place.manage("render_documents"), place.manage("render_documents")
        after = place.manage("audit")

    assert before == after == "Everything is as promised.\n"
    assert rendered == "rewritten 3, of which 0 got a new updatedTime\n"
    assert again == "rewritten 0, of which 0 got a new updatedTime\n"
