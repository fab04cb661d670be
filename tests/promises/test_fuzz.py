"""Schemathesis, with all its checks, over the OpenAPI documents: everything is answered as they say.

`make fuzz` does the same for longer. FUZZ_EXAMPLES tells how many requests are made up for each operation.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from acommerce_status.embedded import mail_url
from testbed.events import new_orders, shipment_event
from testbed.servers import ROOT, Server, serve
from tests.conftest import Publish

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("deliverable")]

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
EXAMPLES = os.environ.get("FUZZ_EXAMPLES", "15")
GRANTED = """
[parameters]
"path.channelId" = "lazada-th"
"path.partnerId" = "143"
"""
UNSAID = """
[[operations]]
include-path-regex = "/(subscriptions|{subscriptionId}|resend|rotate-secret)$"
[operations.checks.positive_data_acceptance]
expected-statuses = ["2xx", "400", "401", "403", "404", "409", "422", "429", "5xx"]
"""
"""What is refused although no schema says so: the object of another mechanism, an order that is not
there, an Idempotency-Key that was used before."""


@pytest.fixture(scope="module")
def unlimited(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server without limits, which would soon be all that is answered."""
    rate = "100000000/m"
    folder = tmp_path_factory.mktemp("server")
    mails = {
        "EMAIL_URL": mail_url(folder),
        "DELIVERY_FROM": "orders@example.com",
        "PUBLIC_URL": "https://orders.example.com",
    }
    with serve(folder, 0, CALLER_RATE=rate, ORDER_RATE=rate, GUESS_RATE=rate, **mails) as running:
        yield running


@pytest.mark.parametrize(
    ("version", "scope"),
    [("v3", GRANTED), ("v3", ""), ("v2", GRANTED), ("v2", ""), ("subscriptions", GRANTED)],
    ids=["v3-granted", "v3-any", "v2-granted", "v2-any", "subscriptions-granted"],
)
def test_every_answer_is_as_documented(
    unlimited: Server, publish: Publish, token: str, tmp_path: Path, version: str, scope: str
) -> None:
    publish(*new_orders(120), shipment_event(orderId="O-1"), shipment_event(orderId="O-2", trackingId=None))
    (tmp_path / "schemathesis.toml").write_text(f'hooks = "tests.promises.fuzzing"\n{scope}{UNSAID}')
    options = ["--checks", "all", "--max-examples", EXAMPLES, "--continue-on-failure", "--no-color"]
    auth = ["--header", f"X-Subject-Token: {token}"]

    run = subprocess.run(
        [SCHEMATHESIS, "run", f"{unlimited.url}/schema/{version}", *options, *auth],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    assert "Traceback" not in unlimited.log.read_text()
