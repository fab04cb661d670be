"""What real processes count, and what a real Prometheus makes of it.

What must be there for these tests to pass, tried by taking it out:
* `hold` in `stores.counting.mine`: without it a scrape takes the files of workers that are alive for those of
  ended ones, and what they count later is lost;
* the steps of `fold` in `stores.counting.totals`: without them the files of killed workers stay for ever.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from orders.publishing import ingest
from testbed.events import event
from testbed.feeds import FEED
from testbed.installation import eventually
from testbed.servers import ROOT, Server, serve
from testbed.services.server import die_with_parent
from tests.promises.hanging import processes
from tests.promises.polling import admitted
from tests.promises.scraping import operators, scraped

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed")]

ROUTE = "/v3/channel/{channel_id}/sales-order-status"
PROMETHEUS = shutil.which("prometheus")


def polled(server: Server, token: str, times: int = 40) -> int:
    """How many polls were answered, each on a connection of its own, so that all workers are asked."""
    answers = [httpx2.get(server.url + FEED, headers={"X-Subject-Token": token}) for _ in range(times)]
    return [answer.status_code for answer in answers].count(200)


def test_a_scrape_adds_up_what_all_workers_counted_also_one_that_was_killed(tmp_path: Path) -> None:
    token, place = admitted(), tmp_path / "m"
    with (
        serve(tmp_path, WEB_CONCURRENCY="2", METRICS_DIR=str(place), CALLER_RATE="100000/m") as workers,
        operators(tmp_path) as watching,
    ):
        of_polls = {"route": ROUTE, "outcome": "200"}
        before = polled(workers, token), scraped(watching, "acommerce_polls_total", **of_polls)
        killed = processes(workers)[1]
        os.kill(killed, signal.SIGKILL)
        assert eventually(lambda: killed not in processes(workers))
        after = polled(workers, token), scraped(watching, "acommerce_polls_total", **of_polls)
        of_killed = list(place.glob(f"*_{killed}-*"))

    assert (before, after) == ((40, 40), (40, 80))
    assert of_killed == []


@contextmanager
def prometheus(folder: Path, target: int) -> Iterator[str]:
    """A real Prometheus with our rules, which looks every half second, at its url."""
    folder.mkdir()
    rules = ROOT / "deploy" / "prometheus" / "alerts.yml"
    configuration = {
        "global": {"scrape_interval": "500ms", "evaluation_interval": "500ms"},
        "rule_files": [str(rules)],
        "scrape_configs": [
            {"job_name": "acommerce", "static_configs": [{"targets": [f"127.0.0.1:{target}"]}]}
        ],
    }
    (folder / "prometheus.yml").write_text(json.dumps(configuration))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                str(PROMETHEUS),
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdout=log,
            stderr=log,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - it makes one system call and takes no lock
        )
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def told(url: str, path: str) -> Any:
    """What Prometheus says; nothing before it listens."""
    try:
        return httpx2.get(f"{url}/api/v1/{path}", timeout=5).raise_for_status().json()["data"]
    except httpx2.HTTPError:
        return {}


def firing(url: str) -> list[str]:
    alerts = told(url, "alerts").get("alerts", [])
    return sorted(alert["labels"]["alertname"] for alert in alerts if alert["state"] == "firing")


@pytest.mark.skipif(not PROMETHEUS, reason="needs Prometheus: apt install prometheus")
def test_prometheus_scrapes_and_rings_while_the_publisher_has_stopped(tmp_path: Path) -> None:
    with (
        operators(tmp_path, PUBLISHER_QUIET_SECONDS="3") as server,
        prometheus(tmp_path / "p", server.port) as url,
    ):
        ingest.publish([event()])
        assert eventually(lambda: firing(url) == ["PublisherStopped"])
        ingest.publish([event()])
        assert eventually(lambda: firing(url) == [])
        (target,) = told(url, "targets")["activeTargets"]

    assert (target["health"], target["lastError"]) == ("up", "")
