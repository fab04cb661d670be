"""A stand-in for the Python client of openapi-generator, which sends times as its `strftime` writes them.

Its ApiClient reads `date-time` into datetimes and writes them with the format `%Y-%m-%dT%H:%M:%S.%f%z`: an
offset without a colon.
"""

from datetime import datetime

import pytest
from django.test import Client

from testbed.events import new_orders
from testbed.feeds import FEED
from tests.conftest import Publish

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead")]


def test_the_generated_client_walks_a_feed_of_three_pages(api: Client, publish: Publish) -> None:
    publish(*new_orders(5))
    seen: list[str] = []
    query: dict[str, str] = {}
    sizes = []
    while True:
        response = api.get(FEED, query | {"pageSize": "2"})
        page = response.json()
        sizes.append(len(page["orders"]))
        seen += [order["orderId"] for order in page["orders"]]
        if not page["hasMore"]:
            break
        since = datetime.fromisoformat(page["nextUpdatedSince"])
        query = {"updatedSince": since.strftime("%Y-%m-%dT%H:%M:%S.%f%z")}

    assert query["updatedSince"].endswith("+0000")
    assert sizes == [2, 2, 1]
    assert seen == [f"O-{number}" for number in range(1, 6)]
