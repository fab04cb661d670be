"""Refused lines are never lost, and never cost anything else (contract, section 8)."""

import io
import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from orders.models import StatusEvent
from orders.publishing import ingest
from testbed.events import event
from tests.published import history

pytestmark = [pytest.mark.wire, pytest.mark.django_db]

BAD = b"nonsense\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that we are in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def line(event_id: str) -> bytes:
    return json.dumps(event(eventId=event_id)).encode() + b"\n"


def texts(file: Path) -> list[str]:
    return [json.loads(row)["text"] for row in file.read_text().splitlines()]


def fails(*arguments: str) -> str:
    """The sentence that the command ends with."""
    with pytest.raises(CommandError) as failed:
        call_command("ingest", *arguments)
    return str(failed.value)


def removing(folder: Path, *, after: bool) -> Any:
    """In place of `publish`: the same, but the reject file is removed before it, or after it."""
    publish = ingest.publish

    def remove() -> None:
        next(folder.glob("*.rejects.ndjson")).unlink()

    def interrupted(*arguments: Any, **options: Any) -> None:
        if not after:
            remove()
        publish(*arguments, **options)
        if after:
            remove()

    return interrupted


def test_each_run_has_a_reject_file_of_its_own_and_keeps_the_others(folder: Path) -> None:
    for name in ("x", "y"):
        Path(name).mkdir()
        Path(name, "events.ndjson").write_bytes(name.encode() + BAD)
    said = [fails(f"{name}/events.ndjson") for name in ("x", "y", "x")]

    files = sorted(folder.glob("events.ndjson.*.rejects.ndjson"))

    assert said == [f"1 lines were refused; see {file.name}." for file in files]
    assert [texts(file) for file in files] == [["xnonsense"], ["ynonsense"], ["xnonsense"]]


def test_two_that_start_at_the_same_moment_have_a_file_each(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = [datetime(2026, 11, 24, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC), datetime.now(UTC)]

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return moments.pop(0)

    monkeypatch.setattr("orders.publishing.rejects.datetime", Clock)
    Path("events").write_bytes(BAD)

    assert fails("events") != fails("events")
    assert len(list(folder.glob("*.rejects.ndjson"))) == 2
    assert not moments


def test_a_run_without_refusals_leaves_nothing_behind_and_takes_nothing_away(folder: Path) -> None:
    Path("good").write_bytes(line("a"))
    Path("good.rejects.ndjson").write_bytes(b"kept")

    call_command("ingest", "good")

    assert sorted(path.name for path in folder.iterdir()) == ["good", "good.rejects.ndjson"]


def test_a_named_reject_file_is_added_to_also_after_half_a_row() -> None:
    Path("bad").write_bytes(BAD)
    Path("kept").write_bytes(b'{"text": "old"}\n{"text": "ha')

    said = fails("bad", "--rejects", "kept")

    rows = Path("kept").read_text().splitlines()
    assert said == "1 lines were refused; see kept."
    assert rows[:2] == ['{"text": "old"}', '{"text": "ha']
    assert json.loads(rows[2])["text"] == "nonsense"


@pytest.mark.parametrize("make", [shutil.copy, os.link, os.symlink])
def test_the_input_is_never_the_reject_file(make: Any) -> None:
    Path("events").write_bytes(line("a") + BAD)
    make("events", "same")
    name = "events" if make is shutil.copy else "same"

    assert fails("events", "--rejects", name) == f"--rejects {name} is the input. Name another file."
    assert Path("events").read_bytes().endswith(BAD)


def test_standard_input_is_not_the_reject_file_either(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("events").write_bytes(line("a"))

    with Path("events").open() as events:
        monkeypatch.setattr("sys.stdin", events)
        said = fails("-", "--rejects", "events")

    assert said == "--rejects events is the input. Name another file."
    assert Path("events").read_bytes() != b""


@pytest.mark.parametrize(("rejects", "why"), [("no/x", "No such file or directory"), (".", "Is a directory")])
def test_a_reject_file_that_cannot_be_made_is_found_out_before_anything_is_read(
    rejects: str, why: str
) -> None:
    Path("events").write_bytes(line("a"))

    assert fails("events", "--rejects", rejects) == (
        f"The reject file {rejects} cannot be written: {why}. Name another one with --rejects."
    )
    assert ingest.publish([event(eventId="a")]) == ingest.Summary(published=1)


def test_a_pipe_keeps_no_rejects(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    events = folder / "events.ndjson"
    events.write_bytes(line("a") + BAD)

    why = "The reject file pipe cannot be written: it is a pipe, which keeps nothing."
    assert fails(str(events), "--rejects", "pipe").startswith(why)
    assert not StatusEvent.objects.exists()


def test_a_folder_that_was_removed_takes_no_reject_file(folder: Path) -> None:
    events = folder.parent / "events"
    events.write_bytes(line("a"))
    folder.rmdir()

    assert fails(str(events)).startswith("The reject file in this folder cannot be written: No such file")


def test_what_a_full_disk_does_not_take_is_said_and_the_others_go_in(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("events").write_bytes(line("a") + BAD + line("b") + b"more " + BAD)

    said = fails("events", "--rejects", "/dev/full", "--batch-size", "1")

    assert said == (
        "2 lines were refused; /dev/full does not hold them all, because No space left on device:"
        " what it does not hold was written to standard error."
    )
    assert [json.loads(row)["text"] for row in capsys.readouterr().err.split("\n") if row] == [
        "nonsense",
        "more nonsense",
    ]
    assert history() == ["a", "b"]


@pytest.mark.parametrize("after", [False, True])
def test_what_was_in_a_reject_file_that_somebody_removed_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    Path("events").write_bytes(BAD)
    monkeypatch.setattr("orders.management.commands.ingest.publish", removing(folder, after=after))

    said = fails("events")

    assert "does not hold them all, because it was removed" in said
    assert json.loads(capsys.readouterr().err)["text"] == "nonsense"


def test_a_file_that_cannot_be_read_any_further_goes_in_as_far_as_it_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path("events").write_bytes(line("a"))
    readv = os.readv
    answers: list[int] = []

    def failing(descriptor: int, buffers: Any) -> int:
        if answers:
            raise OSError(5, "Input/output error")
        answers.append(readv(descriptor, buffers))
        return answers[0]

    monkeypatch.setattr("os.readv", failing)

    assert fails("events") == (
        "events cannot be read: Input/output error. The first 1 lines, blank ones not counted, are published"
        " or refused; ingest what follows, or everything, again."
    )
    assert history() == ["a"]


def test_a_summary_that_cannot_be_printed_is_in_the_sentence_at_the_end() -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(28, "No space left on device")

    Path("events").write_bytes(line("a") + BAD)

    with pytest.raises(CommandError, match="1 lines were refused; see events") as failed:
        call_command("ingest", "events", stdout=Full())

    assert "Standard output does not take the summary, No space left on device: published 1," in str(
        failed.value
    )
