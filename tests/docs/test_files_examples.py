"""The programs of docs/files.md read the feed back from a folder, and say which number is missing."""

import csv
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from delivery.models import Subscription
from testbed.events import event, new_orders, shipment_event
from tests.conftest import Credentials, Publish
from tests.delivery.files.folders import feed, subscribe, working

PAGE = Path(__file__).parents[2] / "docs" / "files.md"
PROGRAMS = {"python": ("read.py", sys.executable), "sh": ("read.sh", "sh")}

pytestmark = pytest.mark.usefixtures("deliverable")


@pytest.fixture(params=PROGRAMS)
def language(request: pytest.FixtureRequest) -> str:
    """Each language in turn."""
    if request.param == "sh" and shutil.which("sqlite3") is None:
        pytest.skip("sqlite3 is not installed, so the example in shell is not run")
    return str(request.param)


@pytest.fixture
def outbox(tmp_path: Path, settings: Settings) -> Path:
    """Where files are put."""
    settings.DELIVERY_FOLDER = str(tmp_path / "outbox")
    return tmp_path / "outbox" / "shop"


@pytest.fixture(params=[(), ("--compress",), ("--bom",)], ids=["plain", "gzip", "bom"])
def subscription(request: pytest.FixtureRequest, caller: Credentials, outbox: Path) -> Subscription:
    return subscribe("shop", *request.param)


def read(language: str, folder: Path, outbox: Path) -> subprocess.CompletedProcess[str]:
    """The program of that language, run on the folder."""
    name, interpreter = PROGRAMS[language]
    (block,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    (folder / name).write_text(block)
    return subprocess.run(
        [interpreter, name, str(outbox)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def kept(folder: Path) -> set[tuple[str, ...]]:
    """What the program holds of each event: order, its time, shipment, event, words."""
    query = "SELECT channelId, orderId, updatedTime, shipmentId, eventId, status, detail FROM events"
    with closing(sqlite3.connect(folder / "orders.sqlite3")) as store:
        rows = store.execute(query).fetchall()
    assert len(rows) == len(set(rows))
    return {tuple(text or "" for text in row) for row in rows}


def published() -> set[tuple[str, ...]]:
    """The same of the feed."""
    found: set[tuple[str, ...]] = set()
    for (channel_id, order_id), order in feed().items():
        histories: list[tuple[str, Any]] = [("", order["statusHistory"])]
        histories += [(one["shipmentId"], one["statusHistory"]) for one in order["shipments"]]
        for shipment, history in histories:
            for one in history:
                names = (channel_id, order_id, order["updatedTime"], shipment, one["eventId"], one["status"])
                found.add((*names, one["detail"] or ""))
    return found


def test_a_program_reads_the_feed_back_and_goes_on(
    language: str, tmp_path: Path, outbox: Path, subscription: Subscription, publish: Publish
) -> None:
    revised = event(orderId="O-1", eventId="e-1", status="COMPLETED", detail='said "ถึงแล้ว", twice')
    withdrawn = event(orderId="O-2", eventId="e-2", status="IN_PROGRESS")
    with working() as worker:
        publish(*new_orders(3), revised, withdrawn)
        worker.catch_up(subscription)
        first = read(language, tmp_path, outbox)
        publish(
            revised | {"revision": 2, "detail": "a line\nand another"},
            withdrawn | {"revision": 2, "deleted": True},
            shipment_event(orderId="O-3"),
        )
        worker.catch_up(subscription)
        publish(*new_orders(5)[3:])
        worker.catch_up(subscription)
    again = [read(language, tmp_path, outbox) for _ in range(2)]

    assert [(run.returncode, run.stderr) for run in (first, *again)] == [(0, "")] * 3
    assert kept(tmp_path) == published()


@pytest.mark.parametrize("subscription", [()], indirect=True)
def test_a_program_says_which_number_is_missing_and_what_is_damaged(
    language: str, tmp_path: Path, outbox: Path, subscription: Subscription, publish: Publish
) -> None:
    with working() as worker:
        for number in range(3):
            publish(event(orderId=f"O-{number}", eventId=f"e-{number}"))
            worker.catch_up(subscription)
    second = sorted(outbox.glob("*_00000002_*"))
    for file in second:
        file.rename(tmp_path / file.name)
    missing = read(language, tmp_path, outbox)
    for file in second:
        (tmp_path / file.name).rename(file)
    whole = second[0].read_bytes()
    second[0].write_bytes(whole[:-1])
    damaged = read(language, tmp_path, outbox)
    second[0].write_bytes(whole)
    good = read(language, tmp_path, outbox)

    assert (missing.returncode, missing.stderr) == (1, "number 2 is missing\n")
    assert (damaged.returncode, damaged.stderr.endswith("is damaged\n")) == (1, True)
    assert (good.returncode, good.stderr) == (0, "")
    assert kept(tmp_path) == published()


def test_the_columns_are_those_of_the_files(outbox: Path, caller: Credentials, publish: Publish) -> None:
    headers = {}
    with working() as worker:
        publish(*new_orders(1))
        for layout in ("events", "orders"):
            row = subscribe("shop", "--layout", layout)
            worker.catch_up(row)
            (file,) = outbox.glob(f"*_{row.public_id}_*.csv")
            headers[layout] = next(csv.reader(file.read_text().splitlines()))

    section = PAGE.read_text().partition("## The columns\n")[2].partition("\n## ")[0]
    tables = [
        re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)))
        for table in section.split('`layout: "orders"`')
    ]
    assert headers["events"] == tables[0]
    assert headers["orders"] == [*tables[0][:6], *tables[1]]
