"""An order that is erased while deliverers have it in memory is sent to nobody any more."""

import time

import httpx2
import pytest

from testbed.events import new_orders
from testbed.installation import Installation, eventually
from testbed.receivers import Answer, Received, receiving
from tests.promises.delivery.subscribers import ask, delivering, subscribe

pytestmark = pytest.mark.slow


def test_a_receiver_that_comes_back_gets_all_but_what_was_erased(
    place: tuple[Installation, httpx2.Client],
) -> None:
    here, client = place
    is_back = False

    def answer(post: Received) -> Answer:
        return (200, {}) if is_back else (500, {})

    with here.publisher() as publish:
        publish(*new_orders(30))
    with delivering(here), receiving(answer) as receiver:
        path = subscribe(client, receiver)
        assert eventually(lambda: client.get(path).json()["state"] == "FAILING")
        said = here.manage("erase", "lazada-th", "O-2")
        erased = time.time()
        is_back = True
        client.patch(path, json={"active": True}).raise_for_status()
        assert eventually(lambda: len(receiver.accepted) == 29)
        time.sleep(0.5)
        attempts = client.get(f"{path}/attempts", params={"orderId": "O-2"}).json()["attempts"]

    assert said.startswith("Erased order O-2 of channel lazada-th: 1 events,")
    assert "O-2" not in receiver.accepted
    assert not [post for post in receiver.received if post.order["orderId"] == "O-2" and post.time > erased]
    assert attempts == []
    assert ask(here, "SELECT count(*) FROM delivery_attempt WHERE order_id = 'O-2'") == 0
    assert ask(here, "SELECT count(*) FROM delivery_heldorder WHERE order_id = 'O-2'") == 0
    assert ask(here, "SELECT count(*) FROM orders_salesorder WHERE order_id = 'O-2'") == 0
