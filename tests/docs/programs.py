"""The programs of docs/polling.md, run as a reader would run them."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from testbed.services.server import die_with_parent

PAGE = Path(__file__).parents[2] / "docs" / "polling.md"
TIMEOUT = 60  # seconds; what is waited for takes one or two
COMMANDS = {
    "python": [sys.executable, "poll.py"],
    "javascript": ["node", "poll.mjs"],
    "php": ["php", "poll.php"],
    "sh": ["sh", "poll.sh"],
}

Held = dict[tuple[str, str], dict[str, Any]]
"""Orders by channelId and orderId."""


def code_block(language: str) -> str:
    """The one code block of the page in `language`."""
    (block,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    return str(block)


@contextmanager
def polling(language: str, folder: Path, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """The program of that language at work in `folder`, killed when the block ends.

    Skips the test when the language is not installed.
    """
    command = COMMANDS[language]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed, so its example is not run")
    (folder / command[1]).write_text(code_block(language))
    with (folder / "output").open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=os.environ | variables,
            stdout=output,
            stderr=output,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - it makes one system call and takes no lock
        )
    try:
        yield process
        assert process.poll() is None, (folder / "output").read_text()
    finally:
        process.kill()
        process.wait()


def held(language: str, folder: Path) -> Held:
    """The orders that the program has stored so far."""
    if language in ("python", "php"):
        texts = _rows(folder / "orders.sqlite3")
    elif language == "javascript":
        texts = [file.read_text() for file in folder.glob("orders/*.json")]
    else:
        pages = [json.loads(file.read_text()) for file in sorted(folder.glob("pages/*.json"))]
        texts = [json.dumps(order) for page in pages for order in page["orders"]]
    orders = [json.loads(text) for text in texts]
    return {(order["channelId"], order["orderId"]): order for order in orders}


def _rows(file: Path) -> list[str]:
    try:
        with closing(sqlite3.connect(file)) as store:
            return [text for (text,) in store.execute("SELECT document FROM orders")]
    except sqlite3.OperationalError:
        return []  # the program has not made its table yet, or is just writing to it


def eventually(question: Callable[[], bool]) -> bool:
    """Whether the question is answered by yes before TIMEOUT ends."""
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        if question():
            return True
        time.sleep(0.05)
    return False
