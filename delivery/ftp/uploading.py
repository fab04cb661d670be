"""One file and its manifest, in the three ways of completing (contract, section 12).

Each step can be the last one of a process, so each try looks first at what is there. A file of our name and
size is our own earlier try; names hold the subscription and a number, so nobody else's file has them.
"""

import io
import json
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from delivery.files.transport import File
from delivery.ftp.faults import LOOKING, RENAMING, TELLING, WRITING, Fault, Refused, fault_of
from delivery.ftp.server import Server

PART = re.compile(r"\..+\.(\d+)\.part")


@dataclass(frozen=True)
class Item:
    """A file that is to be in the folder."""

    name: str
    size: int
    open: Callable[[], BinaryIO]


@dataclass(frozen=True)
class Uploader:
    """Puts items into the folder. `ask`, called before each step, raises NotOurs.

    Methods raise that, and Fault.
    """

    server: Server
    fence: int
    ask: Callable[[], None]

    def put_renamed(self, item: Item) -> None:
        """Under another name first, so that nobody ever sees half of it under its own."""
        if self._is_there(item):
            return
        part = f".{item.name}.{self.fence}.part"
        self._write(part, item)
        if self._is_there(item):  # an earlier owner of the lease was under way still
            self._delete(part)
            return
        self.ask()
        self._rename(part, item)

    def put_directly(self, item: Item) -> None:
        """Under its own name. A shorter file of that name is a try of ours that was cut."""
        if not self._is_there(item, may_be_cut=True):
            self._write(item.name, item)

    def clean(self, public_id: str) -> None:
        """Delete what killed tries of this subscription left, where the server shows and allows it.

        A part of a higher fence is somebody's who may go on while we may not.
        """
        with suppress(Refused):
            old = [name for name in self.server.names() if f"_{public_id}_" in name]
            for name in old:
                found = PART.fullmatch(name)
                if found and int(found[1]) <= self.fence:
                    self._delete(name)

    def _is_there(self, item: Item, *, may_be_cut: bool = False) -> bool:
        try:
            held = self.server.size_of(item.name)
        except Refused as refused:
            raise fault_of(refused, LOOKING) from None
        if held is None:
            return False
        if held < 0:
            raise Fault("something of that name is there that is no file")
        if may_be_cut and held < item.size:
            return False
        if held != item.size:
            raise Fault(f"another file of that name is there, of {held} bytes instead of {item.size}")
        return True

    def _write(self, name: str, item: Item) -> None:
        with suppress(Refused):
            if self.server.size_of(name) is not None:  # many servers do not let us write over a file
                self._delete(name)
        self.ask()
        try:
            with item.open() as stream:
                self.server.write(name, stream, self.ask)
        except Refused as refused:
            raise fault_of(refused, WRITING) from None
        try:
            held = self.server.size_of(name)
        except Refused as refused:
            raise fault_of(refused, TELLING) from None
        if held != item.size:
            raise Fault(f"of {item.size} bytes that were uploaded the server holds {held or 0}")

    def _rename(self, part: str, item: Item) -> None:
        try:
            self.server.rename(part, item.name)
        except Refused as refused:
            if not self._is_there(item):
                raise fault_of(refused, RENAMING) from None

    def _delete(self, name: str) -> None:
        self.ask()
        with suppress(Refused):
            self.server.delete(name)


def upload(uploader: Uploader, file: File, complete: str) -> None:
    """The file, then its manifest, and for `marker` an empty NAME.ok. Raises Fault, NotOurs."""
    put = uploader.put_renamed if complete == "rename" else uploader.put_directly
    put(Item(file.name, file.size, file.open))
    put(_item(f"{file.name}.json", manifest(file)))
    if complete == "marker":
        put(_item(f"{file.name}.ok", b""))


def manifest(file: File) -> bytes:
    """The same bytes at every try."""
    return json.dumps(file.manifest, indent=1, ensure_ascii=False).encode() + b"\n"


def _item(name: str, content: bytes) -> Item:
    return Item(name, len(content), lambda: io.BytesIO(content))
