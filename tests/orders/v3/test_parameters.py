import pytest
from django.test import Client

from tests.conftest import Publish
from tests.factories import at, event
from tests.shapes import assert_bad_parameters

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead")]

FEEDS = ["/v3/channel/lazada-th/sales-order-status", "/v3/partner/143/sales-order-status"]
FEED = FEEDS[0]

NO_TIME = "RFC 3339 time with a zone"
IMPOSSIBLE = "not a possible date"
NO_ZONE = "offset that no zone has"
EARLIEST = "1970-01-01T00:00:00.000000Z"

BAD_TIMES = [
    ("2026-11-22", NO_TIME, "2026-11-22T00:00:00Z"),
    ("2026-11-22T08:00", NO_TIME, "2026-11-22T08:00:00Z"),
    ("2026-11-22T08:00:00", NO_TIME, "2026-11-22T08:00:00Z"),
    ("2026-11-22T08:00:00.25", NO_TIME, "2026-11-22T08:00:00.25Z"),
    ("2026-11-22%2008:00:00", NO_TIME, "2026-11-22T08:00:00Z"),
    ("2026-11-22%2008:00:00Z", NO_TIME, "2026-11-22T08:00:00Z"),
    ("2026-11-22%2008:00:00%2B07:00", NO_TIME, "2026-11-22T08:00:00+07:00"),
    ("2026-11-22 08:00 07:00", NO_TIME, "2026-11-22T08:00:00+07:00"),
    ("2026-13-22T08:00:00", NO_TIME, None),
    ("yesterday", NO_TIME, None),
    ("1795334400", NO_TIME, None),
    ("2026-11-22T08:00:00.123456789012Z", NO_TIME, "2026-11-22T08:00:00.123456789Z"),
    ("2026-11-22T08:00:00Z%00", NO_TIME, None),
    ("%D9%A2%D9%A0%D9%A2%D9%A6-11-22T08:00:00Z", NO_TIME, None),
    ("2" * 10_000, NO_TIME, None),
    ("2026-02-30T08:00:00Z", IMPOSSIBLE, None),
    ("2026-11-22T25:00:00Z", IMPOSSIBLE, None),
    ("0000-01-01T00:00:00Z", IMPOSSIBLE, None),
    ("9999-12-31T23:59:59-15:59", IMPOSSIBLE, None),
    ("2026-11-22T08:00:00-16:14", NO_ZONE, None),
    ("2026-11-22T08:00:00%2B07:60", NO_ZONE, None),
    ("1317-09-06T04:14:07-15:14", "out of range", EARLIEST),
    ("0001-01-01T00:00:00%2B10:00", IMPOSSIBLE, None),
    ("1969-12-31T23:59:59.999999Z", "out of range", EARLIEST),
]


@pytest.mark.parametrize("name", ["updatedSince", "updatedUntil"])
@pytest.mark.parametrize(
    ("text", "detail", "suggestion"), BAD_TIMES, ids=[text[:40] for text, _, _ in BAD_TIMES]
)
def test_a_time_that_is_none_is_refused_and_the_right_one_shown(
    api: Client, name: str, text: str, detail: str, suggestion: str | None
) -> None:
    response = api.get(f"{FEED}?{name}={text}")

    assert_bad_parameters(response, (name, detail, suggestion))


@pytest.mark.parametrize(
    ("size", "suggestion"),
    [
        ("0", None),
        ("101", "100"),
        ("-1", None),
        ("1.5", None),
        ("ten", None),
        ("%2B5", None),
        ("%D9%A3", None),
        ("1%00", None),
        ("9" * 10_000, None),
    ],
)
def test_a_page_size_out_of_range_is_refused(api: Client, size: str, suggestion: str | None) -> None:
    response = api.get(f"{FEED}?pageSize={size}")

    assert_bad_parameters(response, ("pageSize", "whole number from 1 to 100", suggestion))


@pytest.mark.parametrize(
    ("status", "nearest"),
    [
        ("new", "NEW"),
        ("CANCELLED", "CANCELED"),
        ("IN PROGRESS", "IN_PROGRESS"),
        ("IN_TRANSIT", None),
        ("NEW\0", "NEW"),
        ("N" * 10_000, None),
    ],
)
def test_a_status_that_is_none_is_refused_and_the_nearest_named(
    api: Client, status: str, nearest: str | None
) -> None:
    response = api.get(FEED, {"orderStatus": status})

    known = "must be one of NEW, IN_PROGRESS, BACK_ORDERED, COMPLETED, CANCELED, ERROR"
    assert_bad_parameters(response, ("orderStatus", known, nearest))


@pytest.mark.parametrize("feed", FEEDS)
@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("updatedsince", "updatedSince"),
        ("updated_since", "updatedSince"),
        ("updateSince", "updatedSince"),
        ("UpdatedUntil", "updatedUntil"),
        ("page_size", "pageSize"),
        ("pagesize", "pageSize"),
        ("status", "orderStatus"),
        ("orderstatus", "orderStatus"),
        ("id", None),
        ("cursor", None),
        ("x\0y", None),
    ],
)
def test_an_unknown_parameter_is_refused_and_the_nearest_named(
    api: Client, feed: str, name: str, nearest: str | None
) -> None:
    response = api.get(feed, {name: "1"})

    known = "is not a parameter here; known are updatedSince, updatedUntil, orderStatus, pageSize"
    assert_bad_parameters(response, (name, known, nearest))


def test_an_endless_name_is_cut_in_the_answer(api: Client) -> None:
    response = api.get(FEED, {"x" * 10_000: "1"})

    assert_bad_parameters(response, ("x" * 60 + "...", "is not a parameter here", None))


@pytest.mark.parametrize("name", ["updatedSince", "updatedUntil", "orderStatus", "pageSize"])
def test_a_parameter_that_is_empty_is_refused(api: Client, name: str) -> None:
    response = api.get(FEED, {name: ""})

    assert_bad_parameters(response, (name, "must not be empty", None))


@pytest.mark.parametrize("name", ["updatedSince", "updatedUntil", "orderStatus", "pageSize"])
def test_a_parameter_that_is_repeated_is_refused(api: Client, name: str) -> None:
    response = api.get(FEED, {name: ["1", "1"]})

    assert_bad_parameters(response, (name, "is repeated", None))


def test_all_that_is_wrong_is_told_at_once(api: Client) -> None:
    response = api.get(f"{FEED}?pageSize=0&limit=5&updatedSince=now")

    assert_bad_parameters(
        response,
        ("limit", "is not a parameter here", None),
        ("updatedSince", NO_TIME, None),
        ("pageSize", "whole number", None),
    )


def test_a_window_that_ends_before_it_begins_is_refused(api: Client, publish: Publish) -> None:
    publish(event())

    response = api.get(
        FEED, {"updatedSince": "2026-01-01T00:00:00.000001Z", "updatedUntil": "2026-01-01T00:00:00Z"}
    )

    assert_bad_parameters(response, ("updatedSince", "after updatedUntil", None))


def test_a_window_that_ends_where_it_begins_is_empty(api: Client, publish: Publish) -> None:
    publish(event())

    body = api.get(FEED, {"updatedSince": at(1), "updatedUntil": at(1)}).json()

    assert body["orders"] == []
