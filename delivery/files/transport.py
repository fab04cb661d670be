"""What a mechanism that sends files must be able to do. A dict by the name of the mechanism chooses one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Protocol

from callers.models import Scope
from delivery.outcome import Outcome
from delivery.transport import Facts


@dataclass(frozen=True)
class File:
    """A frozen batch: the same bytes under the same name at every try (contract, section 11).

    `size` and `sha256` are of the bytes as sent, compressed where the name ends in `.gz`. `statuses` counts
    its orders by status. `manifest` is what stands in `NAME.json`.
    """

    scope: Scope
    number: int
    name: str
    since: datetime
    until: datetime
    orders: int
    rows: int
    size: int
    sha256: str
    statuses: dict[str, int]
    manifest: dict[str, Any]
    open: Callable[[], BinaryIO]
    """A new stream of the bytes as sent."""


class FileTransport(Protocol):
    """Sends frozen batches. It blocks, in a thread of its own, and never raises for what a receiver does."""

    def send(self, facts: Facts, file: File, fence: int, may_go_on: Callable[[], bool]) -> Outcome | None:
        """Deliver one file. None when `may_go_on`, asked before each step that others see, said no.

        `fence` is the fencing number of the lease: it tells the temporary files of two processes apart.
        """

    def try_out(self, facts: Facts) -> Outcome:
        """One harmless example, for `POST .../test`: within 10 seconds, changing nothing that stays."""
