"""The programs of docs/files.md notice a file that was made anew after a failover."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_django import Settings

from testbed.events import event
from testbed.file_readers import files_in
from tests.conftest import Credentials, Publish
from tests.delivery.files.folders import subscribe, working
from tests.docs.test_files_examples import PROGRAMS, kept, published, read

pytestmark = pytest.mark.usefixtures("deliverable")


@contextmanager
def another(file: Path) -> Iterator[None]:
    """In place of the file one of the same number with other bytes, until the block ends."""
    manifest = file.with_name(f"{file.name}.json")
    content, said = file.read_bytes(), manifest.read_bytes()
    file.write_bytes(content.replace(b"NEW", b"OLD"))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    manifest.write_text(json.dumps(json.loads(said) | {"sha256": digest}, indent=2))
    yield
    file.write_bytes(content)
    manifest.write_bytes(said)


@pytest.mark.parametrize("language", PROGRAMS)
def test_a_program_says_which_number_was_made_anew(
    language: str, tmp_path: Path, settings: Settings, caller: Credentials, publish: Publish
) -> None:
    if language == "sh" and shutil.which("sqlite3") is None:
        pytest.skip("sqlite3 is not installed, so the example in shell is not run")
    settings.DELIVERY_FOLDER = str(tmp_path)
    row, folder = subscribe("shop"), tmp_path / "shop"
    with working() as worker:
        publish(event(orderId="O-1"))
        worker.catch_up(row)
        (first,) = files_in(folder)
        with another(first):
            before = read(language, tmp_path, folder)
        publish(event(orderId="O-2"))
        worker.catch_up(row)
    anew = read(language, tmp_path, folder)
    (tmp_path / "orders.sqlite3").unlink()
    again = read(language, tmp_path, folder)

    told = "number 1 was made anew: take its older file away, and read all into a new table\n"
    assert (before.returncode, before.stderr) == (0, "")
    assert (anew.returncode, anew.stderr) == (1, told)
    assert (again.returncode, again.stderr) == (0, "")
    assert kept(tmp_path) == published()
