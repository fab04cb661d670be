"""A caller that does not wait takes little from the others.

Fails when CallerThrottle is taken out of `PollView.throttle_classes`: then the flood is answered.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest

from testbed.events import new_orders
from testbed.feeds import FEED
from testbed.installation import PLENTY
from testbed.servers import ROOT, Server
from testbed.services.server import die_with_parent
from tests.conftest import Publish
from tests.promises.credentials import Headers, headers_of

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed")]

CONNECTIONS = 4
"""Of the flood, to each server: as many as it has threads."""
SLOWER = 20
"""The stated factor: a caller's flood slows another caller's poll by less than this, at the median.

Four servers and the flood share what the machine has, so most of it is the machine's. It is measured thrice,
as others may be at work there at the same time.
"""


@contextmanager
def flood(servers: list[Server], headers: Headers) -> Iterator[None]:
    """A process with connections to each server, that asks as fast as it is refused."""
    urls = [server.url + FEED for server in servers] * CONNECTIONS
    command = [sys.executable, "-m", "tests.promises.flood", headers["X-Subject-Token"], *urls]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        preexec_fn=die_with_parent,  # noqa: PLW1509 - see there
    ) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == b"refused\n"
            yield
            assert process.poll() is None
        finally:
            process.kill()


def seconds_of_a_poll(api: httpx2.Client) -> float:
    """The median of many."""
    seconds = []
    for _ in range(40):
        started = time.perf_counter()
        assert api.get(FEED).status_code == 200
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def test_a_flood_of_one_caller_does_not_stop_another(servers: list[Server], publish: Publish) -> None:
    publish(*new_orders(100))
    patient, impatient = headers_of("patient", PLENTY), headers_of("impatient", "1/d")
    factors = []
    with httpx2.Client(base_url=servers[0].url, headers=patient, timeout=20) as api:
        for _ in range(3):
            quiet = seconds_of_a_poll(api)
            with flood(servers, impatient):
                factors.append(seconds_of_a_poll(api) / quiet)

    assert min(factors) < SLOWER
