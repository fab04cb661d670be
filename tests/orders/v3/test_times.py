import pytest
from django.test import Client

from testbed.events import at, event
from testbed.feeds import FEED
from tests.conftest import Publish
from tests.shapes import assert_bad_parameters

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead")]


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
    ("2026-11-22T08:00:00%2B07", NO_TIME, "2026-11-22T08:00:00+07:00"),
    ("2026-11-22T08:00:00,5Z", NO_TIME, "2026-11-22T08:00:00.5Z"),
    ("20261122", NO_TIME, "2026-11-22T00:00:00Z"),
    ("20261122T080000.25Z", NO_TIME, "2026-11-22T08:00:00.25Z"),
    ("20261122T080000-0330", NO_TIME, "2026-11-22T08:00:00-03:30"),
    ("1795334400", NO_TIME, "2026-11-22T08:00:00.000000Z"),
    ("1795334400.25", NO_TIME, "2026-11-22T08:00:00.25Z"),
    ("1795334400123", NO_TIME, "2026-11-22T08:00:00.123000Z"),
    ("0", NO_TIME, EARLIEST),
    ("2026", NO_TIME, None),
    ("Sun, 22 Nov 2026 08:00:00 GMT", NO_TIME, "2026-11-22T08:00:00.000000Z"),
    ("Sunday, 22-Nov-26 08:00:00 GMT", NO_TIME, "2026-11-22T08:00:00.000000Z"),
    ("Sun Nov 22 08:00:00 2026", NO_TIME, "2026-11-22T08:00:00.000000Z"),
    ("Sun, 31 Feb 2026 08:00:00 GMT", NO_TIME, None),
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


@pytest.mark.parametrize("offset", ["%2B0000", "-0000", " 0000"])
def test_an_offset_without_a_colon_is_accepted(api: Client, publish: Publish, offset: str) -> None:
    publish(event())
    time = at(1).removesuffix("Z")

    found = api.get(f"{FEED}?updatedSince={time}{offset}").json()

    assert found == api.get(FEED, {"updatedSince": at(1)}).json()


@pytest.mark.parametrize("name", ["updatedSince", "updatedUntil"])
@pytest.mark.parametrize(
    ("text", "detail", "suggestion"), BAD_TIMES, ids=[text[:40] for text, _, _ in BAD_TIMES]
)
def test_a_time_that_is_none_is_refused_and_the_right_one_shown(
    api: Client, name: str, text: str, detail: str, suggestion: str | None
) -> None:
    response = api.get(f"{FEED}?{name}={text}")

    assert_bad_parameters(response, (name, detail, suggestion))


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
