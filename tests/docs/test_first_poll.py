"""The first poll, as README.md and docs/polling.md show it."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from callers.administration import create_caller
from testbed.events import new_orders
from testbed.servers import Server
from tests.conftest import Publish

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.usefixtures("committed")


def indented(page: str, beginning: str) -> str:
    """The indented lines of the page, from the first that begins so to the next blank or unindented one."""
    text = (ROOT / page).read_text()
    found: list[str] = re.findall(rf"^    ({re.escape(beginning)}.*(?:\n    .*)*)", text, re.MULTILINE)
    return found[0]


def run(lines: str) -> str:
    """What a shell prints."""
    return subprocess.run(
        ["sh", "-eu", "-c", lines], capture_output=True, text=True, timeout=30, check=True
    ).stdout


def test_the_lines_of_the_readme_print_a_page(server: Server, publish: Publish) -> None:
    publish(*new_orders(3))
    key = create_caller(username="lazada-th", channels=["lazada-th"])
    lines = indented("README.md", "TOKEN=$(curl")

    page = json.loads(run(lines.replace("http://127.0.0.1:8000", server.url).replace("THE KEY", key)))

    assert [order["orderId"] for order in page["orders"]] == ["O-1", "O-2"]
    assert page["hasMore"]


def test_the_first_lines_about_polling_print_a_token_and_a_page(server: Server, publish: Publish) -> None:
    publish(*new_orders(3))
    key = create_caller(username="lazada-th", channels=["lazada-th"])
    exports = indented("docs/polling.md", "export FEED_URL").replace("http://127.0.0.1:8000", server.url)
    exports = exports.replace("=...", f"={key}")

    first = indented("docs/polling.md", 'curl -s "$FEED_URL/identity/token"')
    token = json.loads(run(f"{exports}\n{first}"))["token"]["token_id"]
    second = indented("docs/polling.md", 'curl -s "$FEED_URL/v3/').replace(": ...", f": {token}")
    page = json.loads(run(f"{exports}\n{second}"))

    assert [order["orderId"] for order in page["orders"]] == ["O-1", "O-2"]
