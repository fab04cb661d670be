"""`verify_batches`: a folder tells what is missing in it."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from delivery.registration import verbs
from testbed.events import event
from testbed.file_readers import files_in, manifest_of
from tests.conftest import Publish
from tests.delivery.files.folders import subscribe, working

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("deliverable", "caller", "outbox")]


@pytest.fixture
def folder(outbox: Path, publish: Publish) -> Path:
    """Four files of one subscription; the last is a replay of all."""
    row = subscribe()
    with working() as worker:
        for number in range(3):
            publish(event(orderId=f"O-{number}"))
            worker.catch_up(row)
        row.refresh_from_db()
        with transaction.atomic():
            verbs.replay(row, None)
        worker.catch_up(row)
    return outbox / "shop"


def verified(folder: Path) -> tuple[dict[str, Any], bool]:
    """What is said of the one subscription, and whether the command succeeded."""
    output = StringIO()
    try:
        call_command("verify_batches", str(folder), stdout=output)
    except CommandError:
        return json.loads(output.getvalue()), False
    return json.loads(output.getvalue()), True


def test_a_good_folder(folder: Path) -> None:
    files = files_in(folder)

    assert verified(folder) == (
        {
            "subscription": manifest_of(files[0])["subscription"],
            "first": 1,
            "last": 4,
            "files": 4,
            "orders": 6,
            "since": None,
            "until": manifest_of(files[3])["until"],
            "problems": [],
        },
        True,
    )


def test_the_oldest_files_may_be_taken_away(folder: Path) -> None:
    oldest = files_in(folder)[0]
    oldest.with_name(f"{oldest.name}.json").unlink()
    oldest.unlink()
    said, is_good = verified(folder)

    assert (said["first"], said["problems"], is_good) == (2, [], True)


def test_a_hole(folder: Path) -> None:
    for file in files_in(folder)[1:3]:
        file.with_name(f"{file.name}.json").unlink()
        file.unlink()
    said, is_good = verified(folder)

    assert (said["problems"], is_good) == (["numbers 2 to 3 are missing"], False)


def test_a_file_without_its_manifest_and_a_manifest_without_its_file(folder: Path) -> None:
    first, second, *_ = files_in(folder)
    first.with_name(f"{first.name}.json").unlink()
    second.unlink()
    said, is_good = verified(folder)

    assert not is_good
    assert said["problems"] == [
        f"{first.name} has no manifest: its upload may not have ended",
        f"{second.name} is missing, and its manifest is there",
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (lambda content: content[:-1], "has {less} bytes instead of {size}"),
        (lambda content: content[:-3] + b"x\r\n", "has another sha256 than its manifest says"),
    ],
    ids=["cut", "changed"],
)
def test_other_bytes(folder: Path, content: Any, problem: str) -> None:
    newest = files_in(folder)[-1]
    size = newest.stat().st_size
    newest.write_bytes(content(newest.read_bytes()))
    said, is_good = verified(folder)

    assert not is_good
    assert said["problems"] == [f"{newest.name} {problem.format(less=size - 1, size=size)}"]


@pytest.mark.parametrize("text", ["", "[]", "{}", "{"])
def test_what_is_no_manifest(folder: Path, text: str) -> None:
    newest = files_in(folder)[-1]
    newest.with_name(f"{newest.name}.json").write_text(text)
    said, _ = verified(folder)

    assert said["problems"] == [f"{newest.name}.json is no manifest"]


@pytest.mark.parametrize(
    "wrong", [{"number": "4"}, {"number": [4]}, {"number": True}, {"since": 5}, {"until": {}}, {"orders": ""}]
)
def test_a_manifest_with_a_member_of_another_type_is_none(folder: Path, wrong: dict[str, Any]) -> None:
    newest = files_in(folder)[-1]
    newest.with_name(f"{newest.name}.json").write_text(json.dumps(manifest_of(newest) | wrong))
    said, _ = verified(folder)

    assert said["problems"] == [f"{newest.name}.json is no manifest"]


def test_a_number_that_was_lost_in_a_failover_and_made_again(folder: Path) -> None:
    third, fourth = files_in(folder)[2:]
    lost = third.with_name(third.name.replace(third.name[-20:-4], "20200101T000000Z"))
    lost.write_bytes(b"lost")
    manifest = manifest_of(third) | {"name": lost.name, "bytes": 4}
    manifest["sha256"] = "73c4e4d8d5c5cd9d6a3b6d1a9a6b7b9c0b4e1c8a3d2f1e0d9c8b7a6f5e4d3c2b"
    lost.with_name(f"{lost.name}.json").write_text(json.dumps(manifest))
    said, _ = verified(folder)

    assert f"number 3 is there 2 times, as {lost.name}, {third.name}" in said["problems"]
    assert manifest_of(fourth)["previousSha256"] == manifest_of(third)["sha256"]


def test_a_skip_is_said(folder: Path) -> None:
    second = files_in(folder)[1]
    manifest = manifest_of(second)
    later = manifest | {"since": manifest["until"]}
    second.with_name(f"{second.name}.json").write_text(json.dumps(later))
    said, _ = verified(folder)

    assert len(said["problems"]) == 1
    assert said["problems"][0].startswith(f"number 2 begins at {manifest['until']}, after the end of the one")


def test_an_empty_folder_is_no_success(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(CommandError):
            call_command("verify_batches", str(path))
