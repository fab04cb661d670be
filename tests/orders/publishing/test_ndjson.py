import gzip
import io
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.publishing.events import Line, Unreadable
from orders.publishing.ndjson import MAX_LINE_BYTES, read_lines

MARK = b"\xef\xbb\xbf"


def lines_of(data: bytes) -> list[Line]:
    return list(read_lines(io.BufferedReader(io.BytesIO(data))))


def reasons(lines: Iterable[Line]) -> list[str]:
    return [line.reason for line in lines if isinstance(line, Unreadable)]


@given(st.lists(st.binary(max_size=40).filter(lambda line: b"\n" not in line)), st.booleans())
def test_lines_are_what_stands_between_line_feeds(texts: list[bytes], packed: bool) -> None:
    lines = [text + b"\n" for text in [b"first", *texts]]
    data = b"".join(lines)

    assert lines_of(gzip.compress(data) if packed else data) == lines


def test_the_last_line_needs_no_line_feed() -> None:
    assert lines_of(b'{"a": 1}\n{"a": 2}') == [b'{"a": 1}\n', b'{"a": 2}']


def test_an_empty_file_has_no_lines() -> None:
    assert lines_of(b"") == []


@pytest.mark.parametrize("wrap", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_byte_order_mark_is_not_part_of_the_first_line(wrap: type[bytes]) -> None:
    assert lines_of(wrap(MARK + b"{}\n{}\n")) == [b"{}\n", b"{}\n"]


def test_a_byte_order_mark_alone_is_a_blank_line() -> None:
    assert lines_of(MARK) == [b""]


@pytest.mark.parametrize("before", [b"", MARK], ids=["bare", "marked"])
@pytest.mark.parametrize("after", [b"\n{}\n", b"\n", b""], ids=["and another", "ended", "cut off"])
def test_a_line_of_five_megabytes_is_one_unreadable_line(before: bytes, after: bytes) -> None:
    huge = b"x" * 5_000_000

    first, *others = lines_of(before + huge + after)

    assert reasons([first]) == [f"the line is longer than {MAX_LINE_BYTES} bytes"]
    assert isinstance(first, Unreadable)
    assert first.text == b"x" * 1000
    assert others == ([b"{}\n"] if b"{}" in after else [])


@pytest.mark.parametrize("before", [b"", MARK], ids=["bare", "marked"])
@pytest.mark.parametrize("surplus", [-4, -3, -2, -1, 0, 1, 2, 3, 4])
def test_a_line_about_as_long_as_allowed_stays_one_line(before: bytes, surplus: int) -> None:
    long = b"x" * (MAX_LINE_BYTES + surplus)

    lines = lines_of(before + long + b"\n{}\n")

    assert len(lines) == 2
    assert lines[0] == long + b"\n" or reasons(lines)
    assert lines[1] == b"{}\n"


def test_several_gzip_files_in_one_are_read_on() -> None:
    assert lines_of(gzip.compress(b"1\n2\n") + gzip.compress(b"3\n")) == [b"1\n", b"2\n", b"3\n"]


@pytest.mark.parametrize("kept", [2, 9, 15, -9, -1])
def test_a_truncated_gzip_file_ends_in_an_unreadable_line(kept: int) -> None:
    whole = gzip.compress(b"".join(b"%d\n" % number for number in range(1000)))

    *lines, last = lines_of(whole[:kept])

    assert "damaged or cut off" in reasons([last])[0]
    assert lines == [b"%d\n" % number for number in range(len(lines))]


def test_a_gzip_file_cut_after_its_data_still_gives_all_lines() -> None:
    assert lines_of(gzip.compress(b"1\n2\n")[:-8])[:-1] == [b"1\n", b"2\n"]


@pytest.mark.parametrize("place", [12, -5])
def test_a_damaged_gzip_file_ends_in_an_unreadable_line(place: int) -> None:
    data = bytearray(gzip.compress(b"1\n2\n3\n"))
    data[place] ^= 0xFF

    lines = lines_of(bytes(data))

    assert "damaged or cut off" in reasons(lines)[-1]
