"""Files into a folder of this server: whole, under their own names, and nowhere else."""

import errno
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from delivery.files import folders
from delivery.files.folders import BadFolder, check_folder
from delivery.models import Attempt, Batch, Subscription
from delivery.registration.trying import tried
from testbed import file_readers
from testbed.events import event, new_orders
from testbed.file_readers import files_in, manifest_of, rows_of
from tests.conftest import Publish
from tests.delivery.files.folders import feed, make_due, subscribe, working

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("deliverable", "caller", "outbox")]


def test_what_changed_is_in_a_file_with_a_manifest(outbox: Path, publish: Publish) -> None:
    row = subscribe()
    with working() as worker:
        publish(*new_orders(3))
        worker.catch_up(row)
        publish(event(orderId="O-2", status="COMPLETED", eventId="e-done"))
        worker.catch_up(row)

    first, second = files_in(outbox / "shop")
    before = manifest_of(first)
    assert [line["orderId"] for line in rows_of(first)] == ["O-1", "O-2", "O-3"]
    assert [line["orderId"] for line in rows_of(second)] == ["O-2", "O-2"]
    assert manifest_of(second) == {
        "subscription": row.public_id,
        "number": 2,
        "name": second.name,
        "since": before["until"],
        "until": rows_of(second)[0]["updatedTime"],
        "orders": 1,
        "rows": 2,
        "bytes": second.stat().st_size,
        "sha256": manifest_of(second)["sha256"],
        "previousSha256": before["sha256"],
        "replayed": False,
        "erased": False,
    }


def deliver_one(row: Subscription) -> Attempt:
    """One turn, and the attempt that it left."""
    make_due(row)
    with working() as worker:
        worker.turn(row)
    return row.attempts.latest("pk")


@pytest.mark.parametrize(
    "path", ["", "/etc", "..", "a/../b", "../outbox2", ".hidden", "a/.ssh", "a\\b", "a\nb", "x" * 501]
)
def test_a_folder_outside_is_refused(path: str) -> None:
    with pytest.raises(BadFolder):
        check_folder(path)
    with pytest.raises(CommandError, match=r"file\.folder"):
        subscribe(path)


@pytest.mark.parametrize("where", ["shop", "shop/in"])
def test_a_link_that_leads_outside_is_not_followed(
    outbox: Path, tmp_path: Path, publish: Publish, where: str
) -> None:
    row = subscribe("shop/in")
    publish(*new_orders(1))
    outside = tmp_path / "outside"
    outside.mkdir()
    (outbox / where).parent.mkdir(parents=True)
    (outbox / where).symlink_to(outside)
    attempt = deliver_one(row)

    assert attempt.outcome == "FAILED"
    assert attempt.detail.startswith("the folder cannot be used: ")
    assert list(outside.iterdir()) == []


def test_a_file_of_another_size_is_never_overwritten(outbox: Path, publish: Publish) -> None:
    row = subscribe()
    publish(*new_orders(1))
    (outbox / "shop").mkdir(parents=True)
    batch = frozen(row)
    (outbox / "shop" / batch.name).write_bytes(b"somebody else's")
    attempt = deliver_one(row)

    assert attempt.detail == f"there is another file {batch.name}, of 15 bytes instead of {batch.size}"
    assert (outbox / "shop" / batch.name).read_bytes() == b"somebody else's"
    row.refresh_from_db()
    assert row.failures == 1


@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
def test_a_file_that_comes_while_ours_is_written_is_never_overwritten(
    outbox: Path, publish: Publish, monkeypatch: pytest.MonkeyPatch, *, links: bool
) -> None:
    """After the last look at the name where there are hard links; before it where there are none."""
    row = subscribe()
    publish(*new_orders(1))
    (outbox / "shop").mkdir(parents=True)
    batch = frozen(row)
    meddled = "_name" if not links else "link"

    def meddling(*arguments: Any, **options: Any) -> Any:
        (outbox / "shop" / batch.name).write_bytes(b"somebody else's")
        return real(*arguments, **options)

    place: Any = os if links else folders
    real = getattr(place, meddled)
    monkeypatch.setattr(place, meddled, meddling)
    if not links:
        monkeypatch.setattr(os, "link", refusing)
    attempt = deliver_one(row)

    assert attempt.detail == f"there is another file {batch.name}, of 15 bytes instead of {batch.size}"
    assert [(path.name, path.read_bytes()) for path in (outbox / "shop").iterdir()] == [
        (batch.name, b"somebody else's")
    ]


def refusing(*arguments: Any, **options: Any) -> None:
    """A file system without hard links."""
    raise OSError(errno.EPERM, "Operation not permitted")


def test_without_hard_links_it_is_renamed(
    outbox: Path, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = subscribe()
    publish(*new_orders(1))
    make_due(row)
    monkeypatch.setattr(os, "link", refusing)

    assert deliver_one(row).outcome == "DELIVERED"
    assert file_readers.read(outbox / "shop") == feed()


@pytest.mark.parametrize("what", ["pipe", "folder", "link"])
def test_what_has_our_name_and_is_no_file_is_left_alone(outbox: Path, publish: Publish, what: str) -> None:
    row = subscribe()
    publish(*new_orders(1))
    (outbox / "shop").mkdir(parents=True)
    batch = frozen(row)
    name = outbox / "shop" / batch.name
    make: dict[str, Any] = {
        "pipe": os.mkfifo,
        "folder": Path.mkdir,
        "link": lambda path: path.symlink_to("x" * batch.size),
    }
    make[what](name)

    assert deliver_one(row).detail == f"{batch.name} is there, and is no file"
    assert [path.name for path in (outbox / "shop").iterdir()] == [batch.name]


@pytest.mark.parametrize("what", ["pipe", "hard link"])
def test_what_lies_where_a_part_is_written_is_not_written_to(
    outbox: Path, publish: Publish, what: str
) -> None:
    row = subscribe()
    publish(*new_orders(1))
    (outbox / "shop").mkdir(parents=True)
    batch = frozen(row)
    other = outbox / "other"
    other.write_bytes(b"somebody else's")
    for fence in range(1, 5):  # of whichever lease it is sent
        part = outbox / "shop" / f".{batch.name}.{fence}.part"
        os.mkfifo(part) if what == "pipe" else part.hardlink_to(other)

    assert deliver_one(row).outcome == "DELIVERED"
    assert other.read_bytes() == b"somebody else's"


def frozen(row: Subscription) -> Batch:
    """The batch of a subscription whose process was told to stop before it sent anything."""
    make_due(row)
    with working() as worker:
        worker.is_told_to_stop = True
        worker.turn(row)
    return row.batches.latest("pk")


def test_who_is_told_to_stop_writes_nothing_that_others_see(outbox: Path, publish: Publish) -> None:
    row = subscribe()
    publish(*new_orders(1))
    batch = frozen(row)

    assert not outbox.exists()
    assert (batch.tries, batch.delivered_time) == (0, None)
    assert not row.attempts.exists()


def test_half_a_file_never_has_its_final_name(
    outbox: Path, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = subscribe()
    publish(*new_orders(200))
    monkeypatch.setattr(folders, "CHUNK", 64)
    seen, done = set[tuple[str, int]](), threading.Event()

    def watch() -> None:
        while not done.is_set():
            for found in os.scandir(outbox / "shop") if (outbox / "shop").exists() else ():
                if not found.name.startswith("."):
                    seen.add((found.name, found.stat().st_size))

    watching = threading.Thread(target=watch)
    watching.start()
    deliver_one(row)
    done.set()
    watching.join()

    (file,) = files_in(outbox / "shop")
    assert seen <= {(file.name, file.stat().st_size), *sizes(file.with_name(f"{file.name}.json"))}


def sizes(file: Path) -> set[tuple[str, int]]:
    return {(file.name, file.stat().st_size)}


def test_a_full_disk_leaves_nothing_behind(
    outbox: Path, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = subscribe()
    publish(*new_orders(1))

    def full(*arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    attempt = deliver_one(row)

    assert attempt.detail == "the folder cannot be used: No space left on device"
    assert [path for path in outbox.rglob("*") if path.is_file()] == []


def test_a_test_writes_renames_and_removes(outbox: Path) -> None:
    row = subscribe()
    before = Subscription.objects.values().get(pk=row.pk)
    is_delivered, attempt = tried(row)

    assert (is_delivered, attempt.outcome, attempt.batch) == (True, "TEST", None)
    assert list((outbox / "shop").iterdir()) == []
    assert Subscription.objects.values().get(pk=row.pk) == before


def test_a_test_says_what_is_wrong(outbox: Path) -> None:
    row = subscribe()
    outbox.mkdir()
    (outbox / "shop").write_text("no folder")
    is_delivered, attempt = tried(row)

    assert (is_delivered, attempt.detail) == (False, "the folder cannot be used: Not a directory")
