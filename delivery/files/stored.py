"""The stored bytes of a batch as a file that is sent or downloaded."""

import tempfile
from collections.abc import Iterator
from typing import BinaryIO, cast

from isal import isal_zlib

from delivery.files.draft import GZIP, IN_MEMORY
from delivery.files.naming import manifest_of
from delivery.files.transport import File
from delivery.models import Batch


def file_of(batch: Batch) -> File:
    """The frozen batch as transports take it."""
    return File(
        scope=batch.subscription.scope,
        number=batch.number,
        name=batch.name,
        since=batch.since,
        until=batch.until,
        orders=batch.orders,
        rows=batch.rows,
        size=batch.size,
        sha256=batch.sha256,
        statuses=batch.statuses,
        manifest=manifest_of(batch),
        open=lambda: opened(batch),
    )


def opened(batch: Batch) -> BinaryIO:
    """A temporary file with the bytes as they are sent, read whole before it is handed out.

    So nothing of the database is needed while a receiver takes them.
    """
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - who asked for it closes it
    for piece in pieces(batch, inflate=not batch.is_compressed):
        file.write(piece)
    file.seek(0)
    return cast(BinaryIO, file)


def pieces(batch: Batch, *, inflate: bool) -> Iterator[bytes]:
    """The stored bytes, which are one file in gzip; or inflated, a megabyte at most at a time."""
    numbers = list(batch.parts.order_by("number").values_list("pk", flat=True))
    contents = (bytes(batch.parts.values_list("content", flat=True).get(pk=pk)) for pk in numbers)
    yield from _inflated(contents) if inflate else contents


def _inflated(contents: Iterator[bytes]) -> Iterator[bytes]:
    inflating = isal_zlib.decompressobj(wbits=GZIP)
    for content in contents:
        left = content
        while left:
            yield inflating.decompress(left, IN_MEMORY)
            left = inflating.unconsumed_tail
    yield inflating.flush()
