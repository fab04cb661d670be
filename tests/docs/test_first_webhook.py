"""The first webhook, as docs/webhooks.md shows it: its lines are run one after the other."""

import re
import subprocess
from pathlib import Path
from textwrap import dedent

import pytest
from django.core.management import call_command
from pytest_django import Settings

from callers.administration import create_caller
from delivery.models import Attempt, Subscription
from demo.management.commands.demo import OPENED
from testbed.events import new_orders
from testbed.feeds import CHANNEL
from testbed.servers import serve
from tests.conftest import Publish
from tests.docs.receiving_programs import PAGE, held, program

pytestmark = pytest.mark.usefixtures("deliverable")

SECRET = "whsec_" + "QUJD" * 10


def steps() -> list[str]:
    """The blocks of lines in the section."""
    section = PAGE.read_text().partition("## In five minutes\n")[2].partition("\n## ")[0]
    return [dedent(block) for block in re.findall(r"(?:^ {7}\S.*\n(?:^ {7}.*\n)*)", section, re.MULTILINE)]


def test_the_lines_register_receive_look_and_replay(
    tmp_path: Path, settings: Settings, publish: Publish
) -> None:
    settings.DELIVERY_NETWORKS, settings.DELIVERY_ALLOW = ["127.0.0.0/8"], ["http"]
    publish(*new_orders(5))
    key = create_caller(username=CHANNEL, channels=[CHANNEL])
    _start, token, subscribe, example, look, replay, end = steps()
    asked = f"{token}\n{subscribe}\n{example}\necho\n{look}\n{replay}\n"
    with serve(tmp_path / "server", 0, **OPENED) as server, program("python", tmp_path, SECRET) as url:
        lines = asked.replace("http://127.0.0.1:8000", server.url).replace("http://127.0.0.1:8080/", url)
        shown = subprocess.run(
            ["sh", "-eu", "-c", lines.replace("=...", f"={key}")],
            env={"WEBHOOK_SECRET": SECRET, "PATH": "/usr/local/bin:/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        ).stdout.splitlines()
        call_command("deliver", "--once")

        assert len(held("python", tmp_path)) == 5

    assert '"delivered":true' in shown[0]
    assert '"orderId":"TEST-1"' in shown[1]
    assert '"position":null' in shown[2]
    assert Attempt.objects.filter(outcome="DELIVERED").count() == 5
    assert [step.partition(" ")[0] for step in (_start, end)] == ["export", "curl"]
    assert Subscription.objects.get().name == "ERP"
