"""A real operators' server, and what it tells a scraper."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
from prometheus_client.parser import text_string_to_metric_families as read_text

from testbed.servers import Server, serve


@contextmanager
def operators(folder: Path, **environment: str) -> Iterator[Server]:
    """A real operators' server, which counts where the others do."""
    with serve(
        folder / "operators", 0, "serve_operators", METRICS_DIR=str(folder / "m"), **environment
    ) as server:
        yield server


def scraped(server: Server, name: str, **labels: str) -> float:
    """A number of a scrape; 0 when it is not there."""
    text = httpx2.get(f"{server.url}/metrics", timeout=20).raise_for_status().text
    return sum(
        sample.value
        for family in read_text(text)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )
