"""What came of one delivery, whatever carried it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What an attempt means for the order and for the subscription (contract, section 10)."""

    DELIVERED = "DELIVERED"
    REFUSED = "REFUSED"  # this order was refused, or failed after connecting
    FAILED = "FAILED"  # the receiver cannot be reached at all
    PACED = "PACED"  # the receiver asks for less
    BLOCKED = "BLOCKED"  # the address is one that we do not connect to
    GONE = "GONE"  # the receiver asks for nothing more


@dataclass(frozen=True)
class Outcome:
    """`retry_after` is in seconds, None where the receiver did not say; `answer` may be shown.

    `disables` is a reason for which the subscription is disabled at once, such as HOST_KEY_CHANGED. `learned`
    are members that are kept in the settings of its mechanism, such as a host key that was seen first.
    """

    kind: Kind
    status: int | None = None
    milliseconds: int = 0
    detail: str = ""
    answer: str = ""
    retry_after: float | None = None
    disables: str = ""
    learned: dict[str, Any] = field(default_factory=dict)
