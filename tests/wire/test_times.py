from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.utils.http import http_date
from hypothesis import given
from hypothesis import strategies as st

from wire.times import EARLIEST, BadTime, format_time, parse_time

INSTANTS = st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(9999, 12, 30)).map(  # noqa: DTZ001 - gets its zone here
    lambda time: time.replace(tzinfo=UTC)
)
OFFSETS = st.integers(min_value=-959, max_value=959).map(lambda minutes: timezone(timedelta(minutes=minutes)))
NEARLY = st.from_regex(r"\A[0-9]{4}-[01][0-9]-[0-3][0-9][Tt ]?[0-9:.]{0,20}[Zz+ -]?[0-9:]{0,6}\Z")


@given(INSTANTS)
def test_a_time_that_was_written_is_read_as_the_same(time: datetime) -> None:
    assert parse_time(format_time(time)) == time


@given(INSTANTS, OFFSETS)
def test_a_time_of_any_zone_is_read_as_its_instant(time: datetime, zone: timezone) -> None:
    assert parse_time(time.astimezone(zone).isoformat()) == time


@given(INSTANTS, OFFSETS)
def test_a_plus_that_arrived_as_a_space_is_repaired(time: datetime, zone: timezone) -> None:
    text = time.astimezone(zone).isoformat()

    assert parse_time(text.replace("+", " ")) == time


@given(INSTANTS, OFFSETS)
def test_an_offset_without_a_colon_is_read_as_one_with_it(time: datetime, zone: timezone) -> None:
    local = time.astimezone(zone)

    assert parse_time(f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond:06}{local:%z}") == time


@given(INSTANTS)
def test_times_of_other_forms_are_refused_with_the_same_instant_as_suggestion(time: datetime) -> None:
    second = time.replace(microsecond=0)
    seconds = int(second.timestamp())
    forms = [http_date(seconds), second.strftime("%Y%m%dT%H%M%SZ"), second.strftime("%Y%m%dT%H%M%S+00")]
    if len(str(seconds)) in (9, 10):
        forms += [str(seconds), f"{seconds}000", f"{seconds}.0"]
    suggested = [_understood(text) for text in forms]

    assert [parse_time(text or "") for text in suggested] == [second] * len(forms)


@given(st.lists(INSTANTS, min_size=2, max_size=2))
def test_written_times_sort_as_the_instants_do(times: list[datetime]) -> None:
    assert sorted(map(format_time, times)) == list(map(format_time, sorted(times)))


@given(st.integers(min_value=0, max_value=999_999_999))
def test_nanoseconds_are_floored_to_microseconds(nanoseconds: int) -> None:
    time = parse_time(f"2026-11-22T08:00:00.{nanoseconds:09}Z")

    assert time == datetime(2026, 11, 22, 8, microsecond=nanoseconds // 1000, tzinfo=UTC)


@given(NEARLY | st.text(max_size=70))
def test_any_text_is_a_time_or_refused_with_a_suggestion_that_is_one(text: str) -> None:
    understood = _understood(text)

    assert understood is None or parse_time(understood) >= EARLIEST


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-11-22T08:00:00Z", "2026-11-22T08:00:00.000000Z"),
        ("2026-11-22t08:00:00z", "2026-11-22T08:00:00.000000Z"),
        ("2026-11-22T08:00:00.5Z", "2026-11-22T08:00:00.500000Z"),
        ("2026-11-22T08:00:00.000020999Z", "2026-11-22T08:00:00.000020Z"),
        ("2026-11-22T08:00:00+07:00", "2026-11-22T01:00:00.000000Z"),
        ("2026-11-22T08:00:00 07:00", "2026-11-22T01:00:00.000000Z"),
        ("2026-11-22T08:00:00+0000", "2026-11-22T08:00:00.000000Z"),
        ("2026-11-22T08:00:00.000020+0700", "2026-11-22T01:00:00.000020Z"),
        ("2026-11-22T08:00:00 0700", "2026-11-22T01:00:00.000000Z"),
        ("2026-11-22T08:00:00-0330", "2026-11-22T11:30:00.000000Z"),
        ("2026-11-22T08:00:00-15:59", "2026-11-22T23:59:00.000000Z"),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_a_time_is_written_with_six_digits_and_a_z(text: str, shown: str) -> None:
    assert format_time(parse_time(text)) == shown


@pytest.mark.parametrize(("length", "suggestion"), [(64, "2026-11-22T08:00:00.123456789Z"), (65, None)])
def test_a_text_of_more_than_64_characters_gets_no_suggestion(length: int, suggestion: str | None) -> None:
    text = "2026-11-22T08:00:00.123456789".ljust(length - 1, "0") + "Z"

    with pytest.raises(BadTime) as refused:
        parse_time(text)

    assert len(text) == length
    assert refused.value.suggestion == suggestion


def _understood(text: str) -> str | None:
    """The text if it is a time, else the one that was probably meant, if any."""
    try:
        parse_time(text)
    except BadTime as refused:
        return refused.suggestion
    return text
