"""What no published line may say, and what its sender is told (contract, section 8)."""

from typing import Any

import orjson
import pytest

from orders.publishing.decoding import read_event
from orders.publishing.events import EventRefused, PublishedEvent, Unreadable
from testbed.events import Fields, event, shipment_event, withdrawal

NAMES = sorted(event())


def reason(line: bytes | Fields) -> str:
    """Why the line is refused, told the same for JSON and for a dict."""
    with pytest.raises(EventRefused) as refused:
        read_event(line)
    return str(refused.value)


def without(name: str) -> Fields:
    return {key: value for key, value in event().items() if key != name}


@pytest.mark.parametrize("name", ["eventId", "revision", "channelId", "partnerId", "orderId", "status"])
def test_a_field_that_is_missing_is_named(name: str) -> None:
    assert reason(without(name)) == f"Object missing required field `{name}`"


@pytest.mark.parametrize("name", ["orderCreatedTime", "eventTime"])
@pytest.mark.parametrize(
    ("value", "why"),
    [
        (None, "must be a time with a zone, such as 2026-11-20T03:11:09Z"),
        (1795334400, "must be a time with a zone, such as 2026-11-20T03:11:09Z"),
        ("2026-02-30T03:11:09Z", "is not a possible date and time"),
        ("1317-09-06T04:14:07-15:14", "is out of range: the earliest time is 1970-01-01T00:00:00Z"),
        ("2026-11-20T03:11:09-16:14", "has an offset that no zone has"),
    ],
)  # fmt: skip
def test_a_time_that_is_none_is_refused(name: str, value: Any, why: str) -> None:
    assert reason(event(**{name: value})).startswith(f"{name}: {why}")


def test_the_time_that_was_probably_meant_is_shown() -> None:
    assert reason(event(eventTime="2026-11-20T03:11")).endswith("; did you mean 2026-11-20T03:11:00Z?")


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("eventId", 7, "Expected `str`, got `int`"),
        ("eventId", "", "Expected `str` of length >= 1"),
        ("eventId", "x" * 101, "Expected `str` of length <= 100"),
        ("revision", "1", "Expected `int`, got `str`"),
        ("revision", 1.5, "Expected `int`, got `float`"),
        ("revision", True, "Expected `int`, got `bool`"),
        ("revision", 0, "Expected `int` >= 1"),
        ("revision", 2**63, "Expected `int` <= 9223372036854775807"),
        ("deleted", "false", "Expected `bool`, got `str`"),
        ("deleted", None, "Expected `bool`, got `null`"),
        ("channelId", None, "Expected `str`, got `null`"),
        ("channelId", "", "Expected `str` of length >= 1"),
        ("partnerId", 143, "Expected `str`, got `int`"),
        ("orderId", ["A"], "Expected `str`, got `array`"),
        ("shipmentId", "", "Expected `str` of length >= 1"),
        ("shipmentId", {}, "Expected `str | null`, got `object`"),
        ("trackingId", "x" * 101, "Expected `str` of length <= 100"),
        ("carrier", 1, "Expected `str | null`, got `int`"),
        ("detailedStatus", "x" * 101, "Expected `str` of length <= 100"),
        ("detail", "x" * 4001, "Expected `str` of length <= 4000"),
        ("status", None, "Expected `str`, got `null`"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(name: str, value: Any, why: str) -> None:
    assert reason(event(**{name: value})) == f"{name}: {why}"


@pytest.mark.parametrize(
    ("status", "shipment_id", "why"),
    [
        ("IN_TRANSIT", None, "'IN_TRANSIT' is no status of an order; known are NEW, IN_PROGRESS,"),
        ("new", None, "'new' is no status of an order"),
        ("", None, "'' is no status of an order"),
        ("x" * 1000, None, f"'{'x' * 50}' is no status of an order"),
        ("NEW", "S-1", "'NEW' is no status of a shipment; known are READY_TO_PICK, PACKED,"),
    ],
)
def test_an_unknown_status_is_refused_and_the_known_ones_told(
    status: str, shipment_id: str | None, why: str
) -> None:
    assert reason(event(status=status, shipmentId=shipment_id)).startswith(f"status: {why}")


@pytest.mark.parametrize("bad", ["\x00", "\n", "\x1f", "\x7f", "\ud800"])
@pytest.mark.parametrize(
    "name", [name for name in NAMES if name.endswith("Id")] + ["carrier", "detailedStatus"]
)
def test_a_control_character_in_an_identifier_is_refused(name: str, bad: str) -> None:
    assert reason(shipment_event(**{name: f"A{bad}B"})) == f"{name}: must not contain control characters"


@pytest.mark.parametrize("name", ["channelId", "partnerId"])
@pytest.mark.parametrize("value", ["a/b", "/", ".", "..", "a\u00a0b", "a\u200bb", "\ufeff", "a\u0085b"])
def test_a_channel_or_partner_that_could_not_be_polled_is_refused(name: str, value: str) -> None:
    rule = "use 1 to 100 printable characters, no slash, and neither . nor .."

    assert reason(event(**{name: value})) == f"{name}: {value!r} could not be polled; {rule}"


@pytest.mark.parametrize("bad", ["\x00", "\udfff"])
def test_a_detail_may_hold_lines_but_not_what_no_database_stores(bad: str) -> None:
    found = read_event(event(detail="two\nlines\tand a tab"))

    assert isinstance(found, PublishedEvent)
    assert found.detail == "two\nlines\tand a tab"
    assert reason(event(detail=f"A{bad}B")) == "detail: must not contain control characters"


def test_a_nul_in_a_deletion_is_refused() -> None:
    assert reason(withdrawal("e\x00")) == "eventId: must not contain control characters"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"", "is not JSON in UTF-8: Input data was truncated"),
        (b"{", "is not JSON in UTF-8: Input data was truncated"),
        (b"not json", "is not JSON in UTF-8: JSON is malformed"),
        (b"{} {}", "is not JSON in UTF-8: JSON is malformed: trailing characters"),
        (b'{"eventId": "\xe9"}', "is not JSON in UTF-8: "),
        ('{"eventId": "e"}'.encode("utf-16"), "is not JSON in UTF-8: "),
        (b'{"eventId": "\\ud800", "revision": 1, "deleted": true}', "is not JSON in UTF-8: "),
        (b'{"revision": NaN}', "is not JSON in UTF-8: "),
        (b'{"revision": 1e999}', "Number out of range"),
        (b'{"revision": %s}' % (b"9" * 5000), "Integer value out of range"),
        (b"[" * 60_000, "is nested too deeply"),
        (b'{"a":' * 10_000, "is nested too deeply"),
        (b"[]", "Expected `object`, got `array`"),
        (b"null", "Expected `object`, got `null`"),
        (b"12", "Expected `object`, got `int`"),
        (b'"event"', "Expected `object`, got `str`"),
        (b"{}", "orderCreatedTime: must be a time with a zone"),
    ],
)
def test_a_line_that_is_no_object_is_refused(line: bytes, why: str) -> None:
    assert reason(line).startswith(why)


def test_a_line_that_could_not_be_read_is_refused_with_its_reason() -> None:
    with pytest.raises(EventRefused, match="too long"):
        read_event(Unreadable("too long"))


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (b'"\xe9"', "is not JSON in UTF-8: "),
        (b'"\\ud800"', "is not JSON in UTF-8: "),
        (b"1e999", "Number out of range"),
        (b"[" * 30_000, "is nested too deeply"),
    ],
)
def test_a_field_that_we_do_not_know_must_still_be_json(value: bytes, why: str) -> None:
    line = orjson.dumps(event())

    assert reason(line.replace(b"{", b'{"newInTheirNextRelease":' + value + b",")).startswith(why)
