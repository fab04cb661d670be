"""What a mechanism must be able to do for the engine. A dict by the name of the mechanism chooses one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from delivery import secrets
from delivery.models import Subscription
from delivery.outcome import Outcome
from orders.forms import Row


@dataclass(frozen=True)
class Facts:
    """What a transport may know of a subscription."""

    public_id: str
    generation: int
    settings: dict[str, Any]
    secrets: dict[str, Any]

    @classmethod
    def of(cls, row: Subscription) -> "Facts":
        unsealed = secrets.unseal(row.secrets) if row.secrets else {}
        return cls(row.public_id, row.generation, row.settings, unsealed)


class Transport(Protocol):
    """Makes and carries deliveries. `carry` never raises, but for cancellation."""

    limit_seconds: float
    """After this a delivery has ended, whatever the receiver does."""

    def prepare(self, facts: Facts, row: Row, complete_until: datetime | None, held: int) -> Any:
        """The delivery of one order as it is now, with a length (`len`)."""

    async def carry(self, delivery: Any, may_begin: Callable[[], bool]) -> Outcome | None:
        """Deliver it. None when `may_begin`, asked last before the first byte, said no."""
