"""What goes wrong at a server of a test."""

from collections.abc import Callable
from dataclasses import dataclass, field


class Cut(Exception):
    """The server ends the connection, without another word."""


def cut() -> None:
    """An action."""
    raise Cut


def refuse(error: int) -> Callable[[], None]:
    """An action: the server refuses the step with this errno."""

    def action() -> None:
        raise OSError(error, _WORDS.get(error, "Failure"))

    return action


_WORDS = {13: "Permission denied", 28: "No space left on device", 122: "Disk quota exceeded"}


@dataclass
class Trouble:
    """`at` maps `before rename` and the like to what happens then, which may raise Cut or OSError.

    After `cut_after` moments `cutting` happens, once.
    """

    at: dict[str, Callable[[], None]] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    cut_after: int | None = None
    cutting: Callable[[], None] = field(default=cut)

    def moment(self, name: str) -> None:
        """Something is about to be done, or was done."""
        self.seen.append(name)
        if self.cut_after is not None:
            self.cut_after -= 1
            if self.cut_after < 0:
                self.cut_after = None
                self.cutting()
        if action := self.at.get(name):
            action()
