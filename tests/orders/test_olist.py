"""Real orders, in and out again (tests.orders.olist)."""

import json
from collections.abc import Iterator
from io import StringIO
from itertools import pairwise
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from callers.administration import create_caller
from testbed.events import Fields
from testbed.tokens import issue_token
from tests.orders.olist import FILE, expected_orders

pytestmark = [
    pytest.mark.wire,
    pytest.mark.slow,
    pytest.mark.skipif(not FILE.exists(), reason="the Olist orders are not here: ../shared/olist/"),
]


@pytest.fixture(scope="module")
def expected() -> dict[str, dict[str, Fields]]:
    return expected_orders()


@pytest.fixture
def said(db: None) -> str:
    """What ingesting the file says."""
    return ingest()


def ingest() -> str:
    output = StringIO()
    call_command("ingest", str(FILE), stdout=output)
    return output.getvalue()


@pytest.fixture
def reader(said: str, expected: dict[str, Any]) -> Client:
    """A client of a caller that may read every channel of the file."""
    key = create_caller(username="reader", channels=list(expected))
    return Client(headers={"X-Subject-Token": issue_token(username="reader", key=key)[0]})


def pages(reader: Client, channel: str) -> Iterator[Any]:
    """The pages of a channel, by following nextUpdatedSince."""
    parameters: dict[str, str] = {}
    while True:
        page = reader.get(f"/v3/channel/{channel}/sales-order-status", parameters).json()
        yield page
        if not page["hasMore"]:
            return
        parameters = {"updatedSince": page["nextUpdatedSince"]}


def legacy_orders(reader: Client, channel: str) -> Iterator[Fields]:
    """The orders of a channel in v2, by following Link."""
    url: str | None = f"/v2/channel/{channel}/sales-order-status?page_size=30"
    while url:
        response = reader.get(url)
        yield from response.json()
        target, found, _ = response["Link"].partition('>; rel="next"')
        url = target.removeprefix("<http://testserver") if found else None


def without_publishing_times(document: Fields) -> Fields:
    """The document, less each `updatedTime` in it."""
    text = json.dumps(document)
    pruned: Fields = json.loads(
        text, object_hook=lambda fields: {name: fields[name] for name in fields if name != "updatedTime"}
    )
    return pruned


def test_v3_holds_exactly_the_orders_of_the_file(reader: Client, expected: dict[str, Any], said: str) -> None:
    found = {
        channel: [document for page in pages(reader, channel) for document in page["orders"]]
        for channel in expected
    }

    assert said.startswith("published 12413, revised 0, deleted 0, unchanged 0, rejected 0 ")
    assert len(found) == 25
    for channel, documents in found.items():
        times = [document["updatedTime"] for document in documents]
        assert all(earlier < later for earlier, later in pairwise(times))
        assert len(documents) == len(expected[channel])
        assert {one["orderId"]: without_publishing_times(one) for one in documents} == expected[channel]


def test_v2_holds_exactly_the_orders_of_the_file(reader: Client, expected: dict[str, Any]) -> None:
    assert len(expected) == 25
    for channel, orders in expected.items():
        found = list(legacy_orders(reader, channel))

        assert len(found) == len(orders)
        assert {one["orderId"]: line_of(one) for one in found} == {
            order_id: merged(one) for order_id, one in orders.items()
        }


def line_of(legacy: Fields) -> Any:
    """What v2 tells of the events and packages of an order."""
    events = [
        (entry["orderUpdatedTime"], entry["eventId"], entry["orderDetailedStatus"])
        for entry in legacy["orderDetailedStatus"]
    ]
    return str(legacy["partnerId"]), events, [package["trackingId"] for package in legacy["shipPackage"]]


def merged(one: Fields) -> Any:
    """The same of an order as expected."""
    entries = [
        *one["statusHistory"],
        *(entry for parcel in one["shipments"] for entry in parcel["statusHistory"]),
    ]
    events = sorted(
        (entry["eventTime"], entry["eventId"], entry["detailedStatus"] or entry["status"])
        for entry in entries
    )
    return (
        one["partnerId"],
        events,
        [parcel["trackingId"] for parcel in one["shipments"] if parcel["trackingId"]],
    )


def test_ingested_again_nothing_changes_and_every_poll_is_idle(
    reader: Client, expected: dict[str, Any]
) -> None:
    urls = [
        url
        for channel in expected
        for last in list(pages(reader, channel))[-1:]
        for url in (
            f"/v3/channel/{channel}/sales-order-status",
            f"/v3/channel/{channel}/sales-order-status?updatedSince={last['nextUpdatedSince']}",
            f"/channel/{channel}/sales-order-status",
        )
    ]
    tags = {url: reader.get(url)["ETag"] for url in urls}

    said = ingest()

    assert said.startswith("published 0, revised 0, deleted 0, unchanged 12413, rejected 0 ")
    assert {reader.get(url, headers={"If-None-Match": tag}).status_code for url, tag in tags.items()} == {304}
