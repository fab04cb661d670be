import gzip

import pytest
from django.test import Client

from testbed.events import event, new_orders
from testbed.feeds import EVERY_WIRE, FEED
from tests.conftest import Publish

pytestmark = pytest.mark.wire

FEEDS = pytest.mark.parametrize("feed", EVERY_WIRE)


@FEEDS
def test_a_page_is_compressed_for_who_asks(api: Client, publish: Publish, feed: str) -> None:
    publish(*new_orders(20))
    plain = api.get(feed)

    packed = api.get(feed, headers={"Accept-Encoding": "gzip, deflate, br"})

    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed["Content-Length"] == str(len(packed.content))
    assert len(packed.content) < len(plain.content) * 0.6
    assert packed["ETag"] == plain["ETag"]
    assert packed["Vary"] == plain["Vary"] == "X-Subject-Token, Authorization, Accept-Encoding"


@pytest.mark.parametrize(
    ("asked", "packed"),
    [
        ("gzip", True),
        ("x-gzip", True),
        ("GZIP", True),
        ("gzip;q=0.5", True),
        ("gzip; q=1", True),
        ("deflate, gzip;q=1.0, *;q=0.5", True),
        ("", False),
        ("identity", False),
        ("deflate, br, zstd", False),
        ("gzip;q=0", False),
        ("gzip;q=0.000", False),
        ("gzip;q=1.2.3", False),
        ("gzip;q=.", False),
        ("gzip;q=high", False),
        ("notgzip", False),
        ("gzipped", False),
    ],
)
def test_only_who_asks_for_gzip_gets_it(api: Client, publish: Publish, asked: str, packed: bool) -> None:
    publish(*new_orders(20))

    response = api.get(FEED, headers={"Accept-Encoding": asked})

    assert response.status_code == 200
    assert response.has_header("Content-Encoding") is packed


def test_what_fits_a_packet_is_sent_as_it_is(api: Client) -> None:
    response = api.get(FEED, headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in response
    assert response.json()["orders"] == []


def test_a_tag_that_came_with_a_compressed_page_is_good_for_a_plain_one(
    api: Client, publish: Publish
) -> None:
    publish(*[event(orderId=f"O-{number}") for number in range(20)])
    etag = api.get(FEED, headers={"Accept-Encoding": "gzip"})["ETag"]

    response = api.get(FEED, headers={"If-None-Match": etag})

    assert response.status_code == 304
