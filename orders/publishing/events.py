"""Published events: what one line of the platform's feed may say (contract, section 8)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import msgspec

Identifier = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Text = Annotated[str, msgspec.Meta(max_length=100)]
Revision = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]


class EventRefused(ValueError):
    """A line that cannot be accepted; the message names the field and says why."""


class Unreadable(msgspec.Struct, frozen=True):
    """A line that could not even be read: too long, or cut off with the file."""

    reason: str
    text: bytes = b""


class Withdrawal(msgspec.Struct, rename="camel", kw_only=True):
    """The deletion of an event; the rest of such a line means nothing."""

    event_id: Identifier
    revision: Revision


class _Fields(msgspec.Struct, rename="camel", kw_only=True):
    """All but the times."""

    event_id: Identifier
    revision: Revision
    channel_id: Identifier
    partner_id: Identifier
    order_id: Identifier
    shipment_id: Identifier | None = None
    tracking_id: Text | None = None
    carrier: Text | None = None
    status: str
    detailed_status: Text | None = None
    detail: Annotated[str, msgspec.Meta(max_length=4000)] | None = None

    def __post_init__(self) -> None:
        """Blank texts become None, as the wire shows them."""
        self.tracking_id = self.tracking_id or None
        self.carrier = self.carrier or None
        self.detailed_status = self.detailed_status or None
        self.detail = self.detail or None


class PublishedEvent(_Fields, kw_only=True):
    """One revision of one event. `shipment_id` None: it belongs to the order itself."""

    order_created_time: datetime
    event_time: datetime


class EventText(_Fields, kw_only=True, forbid_unknown_fields=True):
    """A published event as most lines have it, with its times as they are written."""

    deleted: bool = False
    order_created_time: str
    event_time: str


Event = PublishedEvent | Withdrawal
Line = bytes | Mapping[str, Any] | Unreadable
