"""The programs of docs/webhooks.md, run as a reader would run them."""

import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from testbed.installation import eventually
from testbed.receivers import Answer, Received, receiving
from testbed.services.server import die_with_parent

PAGE = Path(__file__).parents[2] / "docs" / "webhooks.md"
FILES = {"python": "receive.py", "javascript": "receive.mjs", "php": "receive.php", "sh": "receive.sh"}
TIMEOUT = 20  # seconds

Held = dict[str, dict[str, Any]]
"""Orders by orderId."""


@contextmanager
def program(language: str, folder: Path, secret: str) -> Iterator[str]:
    """The url of the program of that language, at work in `folder`; skips where the language is missing."""
    needed = {"python": sys.executable, "javascript": "node", "php": "php", "sh": "openssl"}[language]
    if shutil.which(needed) is None:
        pytest.skip(f"{needed} is not installed, so its example is not run")
    (block,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    (folder / FILES[language]).write_text(block)
    run = _as_cgi if language == "sh" else _as_server
    with run(language, folder, os.environ | {"WEBHOOK_SECRET": secret}) as url:
        yield url


@contextmanager
def _as_server(language: str, folder: Path, environment: dict[str, str]) -> Iterator[str]:
    port = _free_port()
    command = {
        "python": [sys.executable, "receive.py"],
        "javascript": ["node", "receive.mjs"],
        "php": ["php", "-S", f"127.0.0.1:{port}", "receive.php"],
    }[language]
    with (folder / "output").open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment | {"PORT": str(port)},
            stdout=output,
            stderr=output,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - it makes one system call and takes no lock
        )
    try:
        assert eventually(lambda: _listens(port)), (folder / "output").read_text()
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.kill()
        process.wait()


@contextmanager
def _as_cgi(language: str, folder: Path, environment: dict[str, str]) -> Iterator[str]:
    def answer(post: Received) -> Answer:
        """Run it with the variables of RFC 3875."""
        names = {f"HTTP_{name.upper().replace('-', '_')}": text for name, text in post.headers.items()}
        done = subprocess.run(
            ["sh", FILES[language]],
            cwd=folder,
            env=environment | names | {"CONTENT_LENGTH": str(len(post.body))},
            input=post.body,
            stdout=subprocess.PIPE,
            check=True,
            timeout=TIMEOUT,
        )
        return int(done.stdout.split()[1]), {}

    with receiving(answer) as receiver:
        yield receiver.url


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def held(language: str, folder: Path) -> Held:
    """The orders that the program has stored so far."""
    if language in ("python", "php"):
        texts = _rows(folder / "orders.sqlite3")
    else:
        found = sorted(folder.glob("orders/*.json" if language == "javascript" else "inbox/[!.]*.json"))
        texts = [file.read_text() for file in found]
    orders = [json.loads(text) for text in texts]
    return {order["orderId"]: order for order in orders}


def _rows(file: Path) -> list[str]:
    try:
        with closing(sqlite3.connect(file)) as store:
            return [text for (text,) in store.execute("SELECT document FROM orders")]
    except sqlite3.OperationalError:
        return []  # the program has not made its table yet, or is just writing to it
