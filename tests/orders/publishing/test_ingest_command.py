"""`manage.py ingest FILE|-` (contract, section 8)."""

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from orders.models import SalesOrder
from testbed.events import event, new_orders, withdrawal
from tests.published import history

pytestmark = [pytest.mark.wire, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that we are in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ndjson(*events: Any) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in events)


def ingest(*arguments: str) -> str:
    """What the command prints."""
    out = io.StringIO()
    call_command("ingest", *arguments, stdout=out)
    return out.getvalue()


def rejects(path: Path) -> list[tuple[int, str, str]]:
    """The rows of the reject file in this folder."""
    (file,) = path.glob("*.rejects.ndjson")
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    return [(row["line"], row["reason"], row["text"]) for row in rows]


def test_the_summary_counts_every_line(folder: Path) -> None:
    first = event(eventId="a")
    changed = event(eventId="a", revision=2, detail="x")
    Path("events.ndjson").write_bytes(ndjson(first, changed, event(eventId="b"), withdrawal("b"), first))

    printed = ingest("events.ndjson")

    assert printed.startswith("published 2, revised 1, deleted 1, unchanged 1, rejected 0 in ")
    assert printed.endswith(" events/s)\n")
    assert [path.name for path in folder.iterdir()] == ["events.ndjson"]


def test_what_is_refused_is_written_down_and_the_others_go_in(folder: Path) -> None:
    huge = b"x" * 5_000_000
    lines = [ndjson(event(eventId="a")), b"\n", b"nonsense\r\n", huge + b"\n", ndjson(event(eventId="b"))]
    Path("events.ndjson").write_bytes(b"".join(lines) + b'{"cut off')

    with pytest.raises(
        CommandError, match=r"^3 lines were refused; see events\.ndjson\..*Z\.rejects\.ndjson\.$"
    ):
        ingest("events.ndjson")

    found = rejects(folder)
    assert [(line, text) for line, _, text in found] == [(3, "nonsense"), (4, "x" * 1000), (6, '{"cut off')]
    assert [reason.partition(":")[0] for _, reason, _ in found] == [
        "is not JSON in UTF-8",
        "the line is longer than 65536 bytes",
        "is not JSON in UTF-8",
    ]
    assert history() == ["a", "b"]


def test_the_summary_is_printed_although_lines_were_refused(capsys: pytest.CaptureFixture[str]) -> None:
    Path("events.ndjson").write_bytes(ndjson(event(), {}))

    with pytest.raises(CommandError):
        call_command("ingest", "events.ndjson")

    assert capsys.readouterr().out.startswith("published 1, revised 0, deleted 0, unchanged 0, rejected 1 in")


@pytest.mark.parametrize("wrap", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_standard_input_is_read_plain_or_packed(monkeypatch: pytest.MonkeyPatch, wrap: type[bytes]) -> None:
    Path("events").write_bytes(wrap(ndjson(event(eventId="a"))))

    with Path("events").open() as events:
        monkeypatch.setattr("sys.stdin", events)
        printed = ingest("-")

    assert printed.startswith("published 1,")
    assert history() == ["a"]


def test_a_truncated_file_goes_in_as_far_as_it_goes_and_the_whole_one_after_it(folder: Path) -> None:
    whole = gzip.compress(ndjson(*new_orders(2000, detail="x" * 50)))
    Path("events.gz").write_bytes(whole[: len(whole) // 2])

    with pytest.raises(CommandError, match="1 lines were refused"):
        ingest("events.gz")
    some = SalesOrder.objects.count()
    ((line, reason, _),) = rejects(folder)
    Path("events.gz").write_bytes(whole)
    printed = ingest("events.gz")

    assert 0 < some < 2000
    assert (line, reason.partition(":")[0]) == (some + 1, "the gzip data is damaged or cut off from here on")
    assert printed.startswith(f"published {2000 - some}, revised 0, deleted 0, unchanged {some}, rejected 0")


def test_an_empty_file_is_no_mistake() -> None:
    Path("events.ndjson").write_bytes(b"")

    assert ingest("events.ndjson").startswith("published 0, revised 0, deleted 0, unchanged 0, rejected 0 in")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.ndjson"], "missing.ndjson cannot be read: No such file or directory."),
        (["."], ". cannot be read: Is a directory."),
        (["-", "--batch-size", "0"], "--batch-size must be 1 to 100000."),
        (["-", "--batch-size", str(10**30)], "--batch-size must be 1 to 100000."),
        (["-", "--database-timeout", "-1"], "--database-timeout must be 0 to 604800."),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError) as failed:
        ingest(*arguments)

    assert str(failed.value) == message
