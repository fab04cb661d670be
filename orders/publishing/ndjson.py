"""Reading NDJSON: a file, gzip or plain, line by line, in bounded memory."""

import gzip
import io
import zlib
from collections.abc import Iterator
from typing import IO, BinaryIO, cast

from orders.publishing.events import Line, Unreadable

MAX_LINE_BYTES = 64 * 1024
GZIP_MAGIC = b"\x1f\x8b"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_lines(file: BinaryIO) -> Iterator[Line]:
    """The lines of `file`, which must have `peek`. A line over 64 KiB, and a damaged end, are Unreadable."""
    peekable = cast("IO[bytes]", file)
    head = peekable.peek(len(GZIP_MAGIC))[: len(GZIP_MAGIC)]  # type: ignore[attr-defined]  # BufferedReader has it
    stream = _unpacked(file) if head == GZIP_MAGIC else peekable
    try:
        yield from _split(stream)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        yield Unreadable(f"the gzip data is damaged or cut off from here on: {error}")


def _unpacked(file: BinaryIO) -> IO[bytes]:
    return cast("IO[bytes]", gzip.GzipFile(fileobj=cast("BinaryIO", _Prompt(file))))


class _Prompt:
    """Returns what is there, and does not wait for the whole size that was asked for."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = cast(io.BufferedReader, file)

    def read(self, size: int) -> bytes:
        return self._file.read(size) if size <= len(GZIP_MAGIC) else self._file.read1(size)


def _split(stream: IO[bytes]) -> Iterator[Line]:
    mark = BYTE_ORDER_MARK
    while line := stream.readline(MAX_LINE_BYTES):
        if len(line) < MAX_LINE_BYTES or line.endswith(b"\n"):
            yield line.removeprefix(mark)
        else:
            _skip_rest(stream)
            yield Unreadable(
                f"the line is longer than {MAX_LINE_BYTES} bytes", line.removeprefix(mark)[:1000]
            )
        mark = b""


def _skip_rest(stream: IO[bytes]) -> None:
    while (part := stream.readline(MAX_LINE_BYTES)) and not part.endswith(b"\n"):
        pass
