"""The reject file: refused lines that are never lost."""

import errno
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, cast

import orjson

from orders.publishing.events import Unreadable
from orders.publishing.ingest import Rejected


class RejectFile:
    """One JSON object a line with `line` (from 1), `reason`, `text`. Nothing that is in the file is replaced.

    A row that cannot be written, and with it every later one, goes to `say` instead; so do all rows of a file
    that somebody removed meanwhile. `failure` then says why.
    """

    def __init__(self, path: Path, file: BinaryIO, say: Callable[[str], object], *, temporary: bool) -> None:
        self.path, self.failure = path, ""
        self._file, self._say, self._temporary = file, say, temporary

    @classmethod
    def beside(cls, name: str, say: Callable[[str], object]) -> "RejectFile":
        """A new file in the current folder, named for an input and this moment. Raises OSError.

        It is gone again when it is closed without a row in it.
        """
        while True:
            moment = datetime.now(UTC)
            path = Path(f"{Path(name).name}.{moment:%Y%m%dT%H%M%S.%fZ}.rejects.ndjson")
            try:
                return cls(path, path.open("xb+", buffering=0), say, temporary=True)
            except FileExistsError:
                continue

    @classmethod
    def at(cls, path: Path, say: Callable[[str], object]) -> "RejectFile":
        """This file, which is added to if it exists. Raises OSError, also for a pipe, which keeps nothing."""
        if path.is_fifo():
            raise OSError(errno.ESPIPE, "it is a pipe, which keeps nothing")
        rejects = cls(path, path.open("ab+", buffering=0), say, temporary=False)
        rejects._end_last_line()
        return rejects

    def __enter__(self) -> "RejectFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rescue()
        if self._temporary and not self._size() and not self._is_removed():
            self.path.unlink(missing_ok=True)
        self._file.close()

    def is_same_as(self, descriptor: int) -> bool:
        """Whether an open file is this one, by whatever name."""
        return os.path.sameopenfile(self._file.fileno(), descriptor)

    def write(self, rejected: Rejected) -> None:
        row = _row(rejected)
        self._rescue()
        if not self.failure:
            try:
                written = self._file.write(row)
                self.failure = "" if written == len(row) else "it is full"
            except OSError as error:
                self.failure = str(error.strerror)
        if self.failure:
            self._say(row.decode())

    def _rescue(self) -> None:
        """If the file was removed, say what is in it."""
        if not self.failure and self._is_removed():
            self.failure = "it was removed"
            self._file.seek(0)
            for row in self._file:
                self._say(row.decode())

    def _is_removed(self) -> bool:
        return os.fstat(self._file.fileno()).st_nlink == 0

    def _size(self) -> int:
        return os.fstat(self._file.fileno()).st_size

    def _end_last_line(self) -> None:
        """After the half of a row that a full disk left."""
        if self._size():
            self._file.seek(-1, os.SEEK_END)
            if self._file.read(1) != b"\n":
                self._file.write(b"\n")


def _row(rejected: Rejected) -> bytes:
    line = rejected.line
    raw = line.text if isinstance(line, Unreadable) else cast(bytes, line)
    text = raw.decode(errors="replace").rstrip("\r\n")
    return orjson.dumps({"line": rejected.number, "reason": rejected.reason, "text": text}) + b"\n"
