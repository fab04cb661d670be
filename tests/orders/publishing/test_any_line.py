import json
from collections.abc import Callable
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.publishing.decoding import read_event
from orders.publishing.events import Event, EventRefused, PublishedEvent
from testbed.events import Fields, event
from wire.times import BadTime, parse_time


def _written(value: object) -> bytes:
    return json.dumps(value).encode()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.binary(max_size=60) | JSON.map(_written))
def test_a_line_of_anything_is_refused_with_a_reason(line: bytes) -> None:
    with pytest.raises(EventRefused, match=r"\w"):
        read_event(line)


@given(st.dictionaries(st.sampled_from(sorted(event())), JSON, max_size=3))
def test_any_value_in_any_field_is_taken_or_refused(fields: Fields) -> None:
    with suppress(EventRefused):
        assert read_event(event() | fields).revision >= 1


TIMES = [
    "2026-11-20T03:11:09Z",
    "2026-11-20t03:11:09.123456999z",
    "2026-11-20T03:11:09.1234567999Z",
    "2026-11-20T03:11:09.999999999+07:00",
    "2026-11-20T03:11:09 07:00",
    "2026-11-20 03:11:09Z",
    "2026-11-20T03:11:60Z",
    "2026-11-20T24:00:00Z",
    "2026-11-20T03:11:09+0700",
    "2026-11-20T03:11:09+07",
    "2026-11-20T03:11:09+23:59",
    "2026-11-20T03:11:09-00:00",
    "1969-12-31T23:59:59Z",
    "0001-01-01T00:00:00+01:00",
    "20261120T031109Z",
    "2026-11-20T03:11Z",
    "2026-11-20",
]
"""What some readers of times take and others do not, or take differently."""

ODD: list[object] = ["", "\x00", "\x7f", "\ud800", 1, 1.0, 1e3, 2**63, -1, None, True, False, [], {}]
LIKE_EVENTS = st.dictionaries(
    st.sampled_from([*sorted(event()), "newInTheirNextRelease"]),
    st.sampled_from([*TIMES, *ODD]) | JSON,
    max_size=3,
).map(lambda fields: event(eventId="e") | fields)


def outcome(read: Callable[[], Event]) -> Event | str:
    try:
        return read()
    except EventRefused as refusal:
        return str(refusal)


@given(LIKE_EVENTS)
def test_a_line_is_read_like_the_object_in_it(fields: Fields) -> None:
    """Most lines are read by a decoder of their own, which must take and refuse what the other way does."""
    line = _written(fields)
    try:
        same = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        with pytest.raises(EventRefused, match="is not JSON in UTF-8"):
            read_event(line)
        return

    assert outcome(lambda: read_event(line)) == outcome(lambda: read_event(same))


@pytest.mark.parametrize("text", TIMES)
@pytest.mark.parametrize("name", ["orderCreatedTime", "eventTime"])
def test_a_time_on_a_line_is_what_it_is_anywhere(name: str, text: str) -> None:
    fields = event(eventId="e", **{name: text})

    found = outcome(lambda: read_event(_written(fields)))

    assert found == outcome(lambda: read_event(fields))
    with suppress(BadTime):
        time = parse_time(text)
        assert isinstance(found, PublishedEvent)
        assert time == (found.event_time if name == "eventTime" else found.order_created_time)
