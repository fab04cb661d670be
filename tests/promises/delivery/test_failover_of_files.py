"""A primary is lost with the newest file's commit: the file is made again, and the manifests say so."""

import time
from pathlib import Path

import pytest

from delivery.files.verifying import verify
from testbed import file_readers
from testbed.events import event, new_orders
from testbed.installation import Installation
from testbed.replica_pair import ask, filled, followed
from testbed.services import Postgres
from tests.promises.delivery.subscribers import SETTINGS
from tests.promises.delivery.test_failover import TAIL, lost, publish

pytestmark = pytest.mark.slow

SCHEDULE = ("--folder", "shop", "--cron", "0 0 1 1 *", "--start", "beginning")


def test_a_newest_file_that_was_lost_is_made_again_and_the_manifests_say_so(tmp_path: Path) -> None:
    """Its orders come again, with what was published after: nothing is missing."""
    folder = tmp_path / "shop"
    with filled() as primary, followed(primary) as pair:
        here = Installation(pair.installation.variables | SETTINGS | {"DELIVERY_FOLDER": str(tmp_path)})
        here.manage("subscribe_folder", "poller", "--channel", "lazada-th", *SCHEDULE)
        deliver(here, pair.primary)
        with lost(pair):
            publish(pair, *TAIL)
            deliver(here, pair.primary)
        forgotten = file_readers.files_in(folder)[-1]
        here.manage("skip_clock", "3600")
        publish(pair, *TAIL[:2], *new_orders(12, status="COMPLETED", eventTime="2026-11-22T00:00:00Z"))
        time.sleep(1)  # a file that is made in another second has another name
        deliver(here, pair.standby)
        again = max(file_readers.files_in(folder), key=lambda path: path.name)
        (found,) = verify(folder)
        for path in folder.glob(f"{forgotten.name}*"):
            path.unlink()
        publish(pair, event(orderId="O-1", eventId="after"))
        deliver(here, pair.standby)

    assert found.problems == [f"number 2 is there 2 times, as {forgotten.name}, {again.name}"]
    held = {order_id: order["updatedTime"] for (_, order_id), order in file_readers.read(folder).items()}
    assert held.keys() == {f"O-{number}" for number in range(1, 13)}
    assert len(file_readers.files_in(folder)) == 3


def deliver(place: Installation, server: Postgres) -> None:
    """A slot has come."""
    ask(server, "UPDATE delivery_subscription SET due_time = now() WHERE due_time IS NOT NULL")
    place.manage("deliver", "--once")
