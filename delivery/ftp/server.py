"""What an upload needs of a server, whatever it speaks. Names are of files in the subscriber's folder."""

from collections.abc import Callable, Iterator
from typing import BinaryIO, Protocol

CHUNK = 32_000
"""Bytes written at once. With its heads that stays below what most SSH servers take in one packet, 32 KiB."""


class Server(Protocol):
    """An open connection. Methods raise Refused, or what ends the connection."""

    peer: str
    """The address that was connected to."""

    def size_of(self, name: str) -> int | None:
        """The size of a file, None where there is none. Below 0: it is no file."""

    def write(self, name: str, stream: BinaryIO, on_chunk: Callable[[], None]) -> None:
        """Write a file, from its beginning; `on_chunk` is called for each chunk and may raise."""

    def rename(self, name: str, to: str) -> None:
        """Rename a file; SFTP servers refuse to overwrite, others were asked before whether `to` is there."""

    def delete(self, name: str) -> None:
        """Delete a file."""

    def names(self) -> Iterator[str]:
        """Of what is in the folder, as far as the server tells."""
