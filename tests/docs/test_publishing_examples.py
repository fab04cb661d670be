"""What docs/publishing.md and docs/running.md show works as shown."""

import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from orders.models import FeedClock, SalesOrder
from testbed.events import event
from tests.conftest import Publish

DOCS = Path(__file__).parents[2] / "docs"

pytestmark = pytest.mark.usefixtures("committed")


def block(page: str, language: str) -> str:
    """The one code block of the page in `language`."""
    text = (DOCS / page).read_text()
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return str(found)


def test_the_lines_of_the_page_go_in_with_the_summary_that_it_shows(tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    file.write_text(block("publishing.md", "ndjson"))
    said = io.StringIO()

    call_command("ingest", str(file), stdout=said)

    counts = said.getvalue().partition(" in ")[0]
    assert counts.startswith("published ")
    assert counts in (DOCS / "publishing.md").read_text()


def test_the_python_of_the_page_prints_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    exec(block("publishing.md", "python"), {})  # noqa: S102 - our own page

    assert capsys.readouterr().out == block("publishing.md", "text")
    assert SalesOrder.objects.get().order_id == "FRIS00202"


def test_the_feed_clock_moves_ahead_by_the_command_for_a_failover(publish: Publish) -> None:
    (words,) = re.findall(r"`manage\.py (skip_clock \d+)`", (DOCS / "running.md").read_text())

    call_command(*words.split())
    publish(event())

    assert SalesOrder.objects.get().updated_time > timezone.now() + timedelta(seconds=50)
    assert FeedClock.newest() == SalesOrder.objects.get().updated_time
