"""Files by real processes, which are killed and stopped: no gap, and no number twice with other bytes."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import psycopg
import pytest

from testbed import file_readers
from testbed.events import event, new_orders
from testbed.feeds import CHANNEL
from testbed.installation import Installation, eventually
from testbed.servers import ROOT
from tests.promises.delivery.subscribers import PATH, deliver, delivering, feed

pytestmark = pytest.mark.slow

Place = tuple[Installation, httpx2.Client]


@contextmanager
def subscribed(place: Place, folder: Path, *options: str) -> Iterator[tuple[Installation, str]]:
    """The installation with DELIVERY_FOLDER, and the path of a subscription of all to `shop` in it."""
    here, client = place
    there = Installation(here.variables | {"DELIVERY_FOLDER": str(folder)})
    given = ("--channel", CHANNEL, "--folder", "shop", "--cron", "0 0 1 1 *", "--start", "beginning")
    said = there.manage("subscribe_folder", "shop", *given, *options)
    path = f"{PATH}/{said.partition('subscriptionId')[2][4:23]}"
    try:
        yield there, path
    finally:
        client.delete(path)


def make_due(here: Installation) -> None:
    """The slot of every subscription has come."""
    _execute(here, "UPDATE delivery_subscription SET due_time = now() WHERE due_time IS NOT NULL")


def let_leases_end(here: Installation) -> None:
    """As if 25 seconds were over."""
    _execute(here, "UPDATE delivery_shardlease SET until = now() - interval '1 second'")
    _execute(here, "DELETE FROM delivery_deliverprocess")


def _execute(here: Installation, sql: str) -> None:
    with psycopg.connect(here.variables["DATABASE_URL"]) as connection:
        connection.execute(sql)


def alone(here: Installation) -> "subprocess.Popen[bytes]":
    """The process for files, without a parent that would start it again."""
    command = [sys.executable, "manage.py", "deliver", "--child-for-files"]
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | here.variables, stdin=subprocess.PIPE)


def holds(folder: Path, client: httpx2.Client) -> bool:
    """Whether who reads only the files holds the feed."""
    try:
        held = file_readers.read(folder / "shop")
    except (FileNotFoundError, AssertionError):  # a manifest comes after its file
        return False
    return {order_id: order["updatedTime"] for (_, order_id), order in held.items()} == feed(client)


def child_of(parent: "subprocess.Popen[bytes]") -> int:
    """The process for files that a `deliver` has started, or 0."""
    listed = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
    return int(listed[0]) if listed else 0


def is_alive(pid: int) -> bool:
    """Whether it is there, and no zombie."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def test_a_child_that_dies_is_started_again_and_ends_with_its_parent(place: Place, tmp_path: Path) -> None:
    here, client = place
    with subscribed(place, tmp_path) as (there, _), here.publisher() as publish:
        publish(*new_orders(5))
        with deliver(there) as parent:
            assert eventually(lambda: child_of(parent))
            first = child_of(parent)
            make_due(here)
            assert eventually(lambda: holds(tmp_path, client))
            os.kill(first, signal.SIGKILL)
            let_leases_end(here)
            publish(event(orderId="O-2", eventId="after"))
            make_due(here)
            assert eventually(lambda: child_of(parent) not in (0, first))
            assert eventually(lambda: holds(tmp_path, client))
            second = child_of(parent)
            parent.kill()
        assert eventually(lambda: not is_alive(second))


def test_told_to_stop_it_ends_in_time_and_gives_the_leases_back(place: Place, tmp_path: Path) -> None:
    here, _ = place
    let_leases_end(here)  # those of a test whose processes were killed
    with subscribed(place, tmp_path) as (there, _):
        started = 0.0
        with delivering(there) as parent:
            assert eventually(lambda: child_of(parent))
            with psycopg.connect(here.variables["DATABASE_URL"], autocommit=True) as database:
                held = "SELECT count(*) FROM delivery_shardlease WHERE until > now()"
                assert eventually(lambda: database.execute(held).fetchone() == (128,))
            started = time.monotonic()

        assert time.monotonic() - started < 15
        with psycopg.connect(here.variables["DATABASE_URL"]) as database:
            assert database.execute(held).fetchone() == (0,)


def test_killed_again_and_again(place: Place, tmp_path: Path) -> None:
    here, client = place
    chance = random.Random(5)
    with subscribed(place, tmp_path, "--max-orders", "3") as (there, path), here.publisher() as publish:
        publish(*new_orders(30))
        for round_ in range(8):
            make_due(here)
            with alone(there) as process:
                before = len(list(tmp_path.rglob("*.csv")))
                eventually(lambda: len(list(tmp_path.rglob("*.csv"))) > before)  # noqa: B023 - asked at once
                time.sleep(chance.random() * 0.2)
                process.kill()
            let_leases_end(here)
            publish(
                *[event(orderId=f"O-{chance.randrange(30)}", eventId=f"k-{round_}-{n}") for n in range(9)]
            )
        make_due(here)
        there.manage("deliver", "--once")
        listed = client.get(f"{path}/batches").json()["batches"]

        assert holds(tmp_path, client)
        assert 'problems": []' in there.manage("verify_batches", str(tmp_path / "shop"))
        assert [one["number"] for one in listed] == list(range(len(listed), 0, -1))
        assert {one["sha256"] for one in listed} == {
            file_readers.manifest_of(file)["sha256"] for file in file_readers.files_in(tmp_path / "shop")
        }
