"""SIGTERM while receivers are silent: what is under way is cut, and the leases are given back.

Takes 13 seconds, so only with DELIVERY_LONG=1. Fails with 20 in place of 12 in delivery.engine.process, and
without `leases.give_back` there.
"""

import signal
import socket
import time

import httpx2
import pytest

from testbed.events import event
from testbed.installation import Installation
from testbed.receivers import Receiver
from tests.promises.delivery.subscribers import LONG, ask, deliver, subscribe

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not LONG, reason="takes 13 seconds: make outages")]

HELD = "SELECT count(*) FROM delivery_shardlease WHERE owner <> ''"


def test_it_ends_within_fifteen_seconds_and_gives_its_leases_back(
    place: tuple[Installation, httpx2.Client],
) -> None:
    here, client = place
    with (
        socket.create_server(("127.0.0.1", 0)) as hole,
        here.publisher() as publish,
        deliver(here) as process,
    ):
        hole.settimeout(20)
        path = subscribe(client, Receiver(f"http://127.0.0.1:{hole.getsockname()[1]}/"), start="now")
        publish(event(orderId="SILENT"))
        silent, _ = hole.accept()
        with silent:
            assert silent.recv(1, socket.MSG_PEEK)
            before = ask(here, HELD)
            process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            status = process.wait(30)
            seconds = time.monotonic() - began
        client.delete(path)

    assert (status, before > 0, ask(here, HELD)) == (0, True, 0)
    assert seconds < 15
