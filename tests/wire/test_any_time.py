"""Any date, time, fraction and zone against the calendar, counted by hand."""

from calendar import monthrange, timegm
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from wire.times import BadTime, parse_time

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Written:
    """A time as somebody may write it, possible or not."""

    date: tuple[int, int, int]
    time: tuple[int, int, int]
    fraction: str
    sign: str
    offset: tuple[int, int]
    colon: str

    @property
    def text(self) -> str:
        year, month, day = self.date
        hour, minute, second = self.time
        zone = (
            self.sign
            if self.sign in "Zz"
            else f"{self.sign}{self.offset[0]:02}{self.colon}{self.offset[1]:02}"
        )
        dot = "." if self.fraction else ""
        return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{dot}{self.fraction}{zone}"

    def is_possible(self) -> bool:
        """Whether there is such a time on a calendar and a clock, in a zone that PostgreSQL takes."""
        year, month, day = self.date
        on_a_calendar = year >= 1 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]
        on_a_clock = self.time[0] < 24 and self.time[1] < 60 and self.time[2] < 60
        in_a_zone = self.sign in "Zz" or (self.offset[0] < 16 and self.offset[1] < 60)
        return on_a_calendar and on_a_clock and in_a_zone and len(self.fraction) <= 9

    def microseconds(self) -> int:
        """Since 1970, floored."""
        ahead = {"-": -1, "+": 1, " ": 1}.get(self.sign, 0) * (60 * self.offset[0] + self.offset[1])
        seconds = timegm((*self.date, *self.time)) - 60 * ahead
        return 1_000_000 * seconds + int(f"{self.fraction:0<6}"[:6])


WRITTEN = st.builds(
    Written,
    st.tuples(st.integers(1969, 1971) | st.integers(0, 9999), st.integers(0, 13), st.integers(0, 32)),
    st.tuples(st.integers(0, 24), st.integers(0, 60), st.integers(0, 60)),
    st.text("0123456789", max_size=10),
    st.sampled_from("Zz+- "),
    st.tuples(st.integers(0, 17), st.integers(0, 60)),
    st.sampled_from([":", ""]),
)


@given(WRITTEN)
@example(Written((1970, 1, 1), (0, 0, 0), "", "+", (0, 1), ":"))
@example(Written((9999, 12, 31), (23, 59, 59), "999999", "-", (0, 1), ":"))
@example(Written((2024, 2, 29), (23, 59, 59), "9999999", "Z", (0, 0), ":"))
@example(Written((2100, 2, 29), (0, 0, 0), "", "Z", (0, 0), ":"))
@example(Written((2026, 6, 30), (23, 59, 60), "", "Z", (0, 0), ":"))
@example(Written((2026, 6, 30), (24, 0, 0), "", "Z", (0, 0), ":"))
@example(Written((2026, 6, 30), (12, 0, 0), "", "+", (5, 60), ":"))
@example(Written((2026, 6, 30), (12, 0, 0), "", "-", (16, 0), ":"))
@example(Written((2026, 6, 30), (12, 0, 0), "0123456789", "Z", (0, 0), ":"))
def test_what_is_possible_is_read_as_its_instant_and_all_else_is_refused(written: Written) -> None:
    try:
        found = (parse_time(written.text) - EPOCH) // timedelta(microseconds=1)
    except BadTime:
        found = None

    last = (LAST - EPOCH) // timedelta(microseconds=1)
    is_in_range = written.is_possible() and 0 <= written.microseconds() <= last
    assert found == (written.microseconds() if is_in_range else None)
