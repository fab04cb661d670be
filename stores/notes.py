"""Notes: small JSON objects by name, which all processes share, and which end by themselves.

They lie in the Redis of the limits, or in a table in the embedded profile (stores.shared). An answer is worth
more than what they tell: processes gather in memory what they note, and a thread of its own writes it
(stores.writer).
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

Content = dict[str, Any]
Change = Callable[[str, Content], Content]
"""Returns what a note of this name is to hold, from what it holds; that is empty for a new one."""

AT_ONCE = 100
"""Notes that are changed in one transaction."""


class Away(Exception):
    """The store of the notes did not answer, or refused."""


class Notes(Protocol):
    """Where notes lie. Every method raises Away."""

    def change(self, names: Sequence[str], change: Change, *, seconds: int) -> None:
        """Change up to AT_ONCE notes, as if nobody else did meanwhile; they end after `seconds`."""

    def read(self, names: Sequence[str]) -> dict[str, Content]:
        """Those of these notes that there are."""

    def names(self, prefix: str) -> list[str]:
        """The names of all notes that begin so, sorted."""
