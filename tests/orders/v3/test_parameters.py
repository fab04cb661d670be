import pytest
from django.test import Client

from testbed.feeds import FEED, PARTNER_FEED
from tests.shapes import assert_bad_parameters

pytestmark = pytest.mark.wire

FEEDS = [FEED, PARTNER_FEED]


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
        ("pagesize", "pageSize"),
        ("status", "orderStatus"),
        ("orderstatus", "orderStatus"),
        ("id", None),
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
        ("limit", "is not a parameter here", "pageSize"),
        ("updatedSince", "RFC 3339", None),
        ("pageSize", "whole number", None),
    )


def test_of_a_thousand_unknown_parameters_ten_are_told(api: Client) -> None:
    query = "&".join(f"updatedSinc{number}=" for number in range(999))

    response = api.get(f"{FEED}?{query}")

    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == [
        f"updatedSinc{number}" for number in range(10)
    ]
