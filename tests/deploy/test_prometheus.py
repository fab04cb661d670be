"""What operators load into Prometheus and Grafana, beside our code, and judged by promtool where it is."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from delivery.registration.representation import STATES
from stores.counting.metric import Histogram, Metric
from testbed.servers import ROOT
from tests.docs.test_docs import section

ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yml"
CONFIGURATION = ROOT / "deploy" / "prometheus" / "prometheus.yml"
DASHBOARD = ROOT / "deploy" / "grafana" / "dashboard.json"
CASES = Path(__file__).with_name("alerts_test.yml")
QUESTIONS = ROOT / "operators"

needs_promtool = pytest.mark.skipif(
    not shutil.which("promtool"), reason="needs promtool: apt install prometheus"
)


def exported() -> set[str]:
    """The names of all samples: those that processes count, and the gauges that a scrape asks for."""
    found = set()
    for metric in Metric.all:
        if isinstance(metric, Histogram):
            found |= {f"{metric.name}_{part}" for part in ("bucket", "count", "sum")}
        else:
            found.add(metric.name + ("_total" if metric.kind == "Counter" else ""))
    asked = "".join(file.read_text() for file in QUESTIONS.glob("*_metrics.py"))
    return found | set(re.findall(r'gauges?\(\s*"(acommerce_\w+)"', asked))


def named(text: str) -> set[str]:
    return set(re.findall(r"\bacommerce_\w+", text))


def alerts() -> list[str]:
    return re.findall(r"- alert: (\w+)$", ALERTS.read_text(), re.MULTILINE)


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(DASHBOARD.read_text())["panels"]
    return found


def expressions() -> str:
    """All of the dashboard."""
    return "\n".join(target["expr"] for panel in panels() for target in panel["targets"])


def test_the_alarms_name_only_metrics_that_there_are() -> None:
    found = named(ALERTS.read_text())

    assert len(found) > 10
    assert found <= exported()


def test_the_dashboard_shows_every_metric_but_ages_of_leases_and_names_no_other() -> None:
    shown = named(expressions())

    unseen = {name for name in exported() if not name.endswith(("_count", "_sum"))} - shown
    assert unseen == {"acommerce_deliver_renewal_age_seconds", "acommerce_replica_up"}
    assert shown <= exported()


def test_the_labels_that_alarms_and_dashboard_choose_by_are_those_of_the_code() -> None:
    text = ALERTS.read_text() + expressions()
    states = {word for found in re.findall(r'state=~"([a-z|]+)"', text) for word in found.split("|")}

    assert states == {"active", "failing", "disabled"}
    assert states <= {state.lower() for state in STATES}


def test_panels_do_not_overlap_and_have_names_of_their_own() -> None:
    places = [panel["gridPos"] for panel in panels()]
    cells = [
        (place["x"] + column, place["y"] + row)
        for place in places
        for column in range(place["w"])
        for row in range(place["h"])
    ]

    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
    assert (
        len({panel["title"] for panel in panels()})
        == len({panel["id"] for panel in panels()})
        == len(panels())
    )


def test_every_alarm_says_what_to_do_in_the_docs() -> None:
    headings = re.findall(r"^### (\w+)$", section("docs/running.md", "Alarms"), re.MULTILINE)

    assert headings == alerts()


def test_every_metric_is_in_the_docs() -> None:
    families = {re.sub(r"_(bucket|count|sum)$", "", name) for name in exported()}

    assert named(section("docs/running.md", "Metrics")) == families


def test_every_alarm_is_made_to_fire_and_to_be_silent() -> None:
    cases = CASES.read_text()

    fired = set(re.findall(r"alertname: (\w+)(?:, eval_time: \w+, |\n +eval_time: \w+\n +)exp_alerts", cases))
    assert fired == set(alerts())
    assert {name for name in alerts() if f"{{alertname: {name}, eval_time: 95m}}" in cases} == set(alerts())


@needs_promtool
@pytest.mark.parametrize("command", [["check", "config", CONFIGURATION], ["test", "rules", CASES]])
def test_promtool_is_content(command: list[Any]) -> None:
    done = subprocess.run(["promtool", *command], check=False, capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
def test_promtool_understands_every_expression_of_the_dashboard(tmp_path: Path) -> None:
    rules = [
        {"record": f"panel:{number}", "expr": expression}
        for number, expression in enumerate(expressions().splitlines())
    ]
    (tmp_path / "rules.yml").write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))

    done = subprocess.run(
        ["promtool", "check", "rules", tmp_path / "rules.yml"], check=False, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout + done.stderr
