import pytest
from django.test import Client

from testbed.events import at, event, new_orders
from testbed.feeds import FEED
from tests.conftest import Publish

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead")]


def ids(api: Client, **parameters: str) -> list[str]:
    """The ids of the orders on one page."""
    return [order["orderId"] for order in api.get(FEED, parameters).json()["orders"]]


def test_updated_since_is_exclusive_and_updated_until_inclusive(api: Client, publish: Publish) -> None:
    publish(*new_orders(4))

    found = ids(api, updatedSince=at(1), updatedUntil=at(3))

    assert found == ["O-2", "O-3"]


@pytest.mark.parametrize("edge", [1, 2, 3, 4])
def test_windows_tile(api: Client, publish: Publish, edge: int) -> None:
    publish(*new_orders(4))

    before, after = ids(api, updatedUntil=at(edge)), ids(api, updatedSince=at(edge))

    assert before + after == ["O-1", "O-2", "O-3", "O-4"]


def test_a_window_is_repeated_in_the_answer_in_utc_and_microseconds(api: Client, publish: Publish) -> None:
    publish(event())

    body = api.get(
        FEED, {"updatedSince": "2026-01-01T07:00:00+07:00", "updatedUntil": "2026-01-01T00:00:00.9999999Z"}
    )

    assert body.json() == {
        "window": {
            "updatedSince": "2026-01-01T00:00:00.000000Z",
            "updatedUntil": "2026-01-01T00:00:00.999999Z",
        },
        "orders": [],
        "hasMore": False,
        "nextUpdatedSince": "2026-01-01T00:00:00.000000Z",
    }


def test_a_plus_that_arrived_as_a_space_is_repaired(api: Client) -> None:
    body = api.get(f"{FEED}?updatedSince=2026-01-01T07:00:00+07:00").json()

    assert body["window"]["updatedSince"] == "2026-01-01T00:00:00.000000Z"


def test_an_empty_page_sends_the_poller_back_to_where_it_was(api: Client, publish: Publish) -> None:
    publish(event())

    body = api.get(FEED, {"updatedSince": at(1)}).json()

    assert body == {
        "window": {"updatedSince": at(1), "updatedUntil": None},
        "orders": [],
        "hasMore": False,
        "nextUpdatedSince": at(1),
    }


def test_an_empty_page_of_a_poller_that_was_nowhere_sends_it_nowhere(api: Client) -> None:
    body = api.get(FEED).json()

    assert body == {
        "window": {"updatedSince": None, "updatedUntil": None},
        "orders": [],
        "hasMore": False,
        "nextUpdatedSince": None,
    }
