"""A folder on a server of a test, and what a subscription must know of it."""

import hashlib
import io
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from callers.models import Scope
from delivery.files.transport import File
from delivery.ftp.transport import FtpTransport
from delivery.outcome import Outcome
from delivery.transport import Facts
from tests.delivery.ftp.trouble import Trouble

USER, PASSWORD = "shop", "a password of the shop"
SUBSCRIPTION = "sub5f2b6c0d9a7e4f31"
NAME = f"sales-order-status_lazada-th_{SUBSCRIPTION}_00000123_20261122T080000Z.csv"
CONTENT = b"channelId,orderId\r\n" + b"lazada-th,FR1\r\n" * 20_000
TIME = datetime(2026, 11, 22, 8, tzinfo=UTC)


@dataclass
class Place:
    """`folder` is where `/in` of the server lies here."""

    scheme: str
    folder: Path
    trouble: Trouble
    port: int = 0
    host: str = "127.0.0.1"
    host_key: str | None = None
    path: str = "/in"
    login: Any = None
    loop: Any = None
    user: str = USER
    secrets: dict[str, str] = field(default_factory=lambda: {"password": PASSWORD})

    def facts(self, **settings: Any) -> Facts:
        """Of a subscription to this place."""
        url = f"{self.scheme}://{self.user}@{self.host}:{self.port}{self.path}"
        common = {"url": url, "hostKey": self.host_key, "complete": "rename", "generateKey": False}
        return Facts(SUBSCRIPTION, 0, common | settings, self.secrets)

    def put(self, name: str, content: bytes) -> None:
        """Have a file in the folder that is not ours."""
        (self.folder / name).write_bytes(content)

    def there(self) -> dict[str, bytes]:
        """What is in the folder."""
        return {path.name: path.read_bytes() for path in self.folder.iterdir()}


def a_file(content: bytes = CONTENT, name: str = NAME) -> File:
    """A frozen batch."""
    digest = hashlib.sha256(content).hexdigest()
    return File(
        scope=Scope("channel", "lazada-th"),
        number=123,
        name=name,
        since=TIME,
        until=TIME,
        orders=1,
        rows=1,
        size=len(content),
        sha256=digest,
        statuses={"NEW": 1},
        manifest={"number": 123, "sha256": digest},
        open=lambda: io.BytesIO(content),
    )


MANIFEST = ('{\n "number": 123,\n "sha256": "' + hashlib.sha256(CONTENT).hexdigest() + '"\n}\n').encode()


def sent(place: Place, fence: int = 7, file: File | None = None, **settings: Any) -> Outcome:
    """What comes of sending a file there, by a process that has sent nothing yet."""
    outcome = FtpTransport().send(place.facts(**settings), file or a_file(), fence, lambda: True)
    assert outcome is not None
    return outcome
