"""A file while it is written: compressed on its way to a temporary file, so that little is in memory."""

import hashlib
import tempfile
from collections.abc import Iterator
from typing import IO, cast

from isal import isal_zlib

IN_MEMORY = 1024 * 1024
PART_BYTES = 256 * 1024
"""Of one row of stored bytes."""
GZIP, LEVEL = 31, 3


class Draft:
    """Bytes in, one gzip file out. The same bytes give the same file: no time and no name is in it."""

    def __init__(self) -> None:
        self.size = self.compressed_size = 0
        self._digest, self._compressed_digest = hashlib.sha256(), hashlib.sha256()
        self._gzip = isal_zlib.compressobj(level=LEVEL, wbits=GZIP)
        self._file = cast(IO[bytes], tempfile.SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115 - close() closes it

    def write(self, data: bytes) -> None:
        """Append."""
        self.size += len(data)
        self._digest.update(data)
        self._store(self._gzip.compress(data))

    def end(self) -> None:
        """Nothing more comes."""
        self._store(self._gzip.flush())

    def sha256(self, *, is_compressed: bool) -> str:
        """Of the file as it is sent."""
        return (self._compressed_digest if is_compressed else self._digest).hexdigest()

    def parts(self) -> Iterator[bytes]:
        """What is stored, when all is written."""
        self._file.seek(0)
        while part := self._file.read(PART_BYTES):
            yield part

    def close(self) -> None:
        """The temporary file is gone."""
        self._file.close()

    def _store(self, data: bytes) -> None:
        self.compressed_size += len(data)
        self._compressed_digest.update(data)
        self._file.write(data)
