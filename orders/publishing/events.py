"""Published events: what one line of the platform's feed may say (contract, section 8)."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import msgspec

from orders.statuses import OrderStatus, ShipmentStatus
from wire.names import NAME_RULE, is_name
from wire.times import BadTime, parse_time

Identifier = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Text = Annotated[str, msgspec.Meta(max_length=100)]
Revision = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]

_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
_NOT_A_CODE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")

_PLAIN = re.compile(rb"[^\\\x7f]*")
"""JSON with a control character or half of a surrogate pair in a text has it as an escape, but for DEL."""

_ORDER_WORDS = dict.fromkeys(OrderStatus.values)
_SHIPMENT_WORDS = dict.fromkeys(ShipmentStatus.values)


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


class PublishedEvent(msgspec.Struct, rename="camel", kw_only=True):
    """One revision of one event. `shipment_id` None: it belongs to the order itself."""

    event_id: Identifier
    revision: Revision
    channel_id: Identifier
    partner_id: Identifier
    order_id: Identifier
    order_created_time: datetime
    shipment_id: Identifier | None = None
    tracking_id: Text | None = None
    carrier: Text | None = None
    status: str
    detailed_status: Text | None = None
    detail: Annotated[str, msgspec.Meta(max_length=4000)] | None = None
    event_time: datetime

    def __post_init__(self) -> None:
        """Blank texts become None, as the wire shows them."""
        self.tracking_id = self.tracking_id or None
        self.carrier = self.carrier or None
        self.detailed_status = self.detailed_status or None
        self.detail = self.detail or None


class _Deleted(msgspec.Struct):
    deleted: bool = False


Event = PublishedEvent | Withdrawal
Line = bytes | Mapping[str, Any] | Unreadable


def read_event(line: Line) -> Event:
    """The event on a line of JSON, or in a dict of the same shape. Raises EventRefused."""
    if isinstance(line, Unreadable):
        raise EventRefused(line.reason)
    try:
        fields = msgspec.json.decode(line) if isinstance(line, bytes) else line
        deleted = msgspec.convert(fields, _Deleted).deleted
        event = _convert(fields, Withdrawal if deleted else PublishedEvent)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise EventRefused(_sentence(error)) from None
    except RecursionError:
        raise EventRefused("is nested too deeply") from None
    if not (isinstance(line, bytes) and _PLAIN.fullmatch(line)):
        _check_texts(event)
    if isinstance(event, PublishedEvent):
        _check_names(event)
        _check_status(event)
    return event


def _convert(fields: Any, kind: type[Event]) -> Event:
    if kind is PublishedEvent:
        fields = {**fields, **{name: _time(fields, name) for name in ("orderCreatedTime", "eventTime")}}
    return msgspec.convert(fields, kind)


def _time(fields: Mapping[str, Any], name: str) -> datetime:
    text = fields.get(name)
    if not isinstance(text, str):
        raise EventRefused(f"{name}: must be a time with a zone, such as 2026-11-20T03:11:09Z")
    try:
        return parse_time(text)
    except BadTime as error:
        hint = f"; did you mean {error.suggestion}?" if error.suggestion else ""
        raise EventRefused(f"{name}: {error.detail}{hint}") from None


def _check_texts(event: Event) -> None:
    """Refuse what an identifier or a code cannot hold, and what PostgreSQL cannot store at all."""
    for name, field in zip(event.__struct_encode_fields__, event.__struct_fields__, strict=True):
        value = getattr(event, field)
        pattern = _NOT_TEXT if field == "detail" else _NOT_A_CODE
        if isinstance(value, str) and pattern.search(value):
            raise EventRefused(f"{name}: must not contain control characters")


def _check_names(event: PublishedEvent) -> None:
    """Refuse what could be published but never polled."""
    for name, value in (("channelId", event.channel_id), ("partnerId", event.partner_id)):
        if not is_name(value):
            raise EventRefused(f"{name}: {value[:50]!r} could not be polled; {NAME_RULE}")


def _check_status(event: PublishedEvent) -> None:
    words = _ORDER_WORDS if event.shipment_id is None else _SHIPMENT_WORDS
    if event.status not in words:
        owner = "an order" if event.shipment_id is None else "a shipment"
        known = ", ".join(words)
        raise EventRefused(f"status: {event.status[:50]!r} is no status of {owner}; known are {known}")


def _sentence(error: Exception) -> str:
    """msgspec's message with the field in front, as in `revision: Expected ...`."""
    if isinstance(error, msgspec.ValidationError):
        message, _, path = str(error).partition(" - at `$.")
        return f"{path.rstrip('`')}: {message}" if path else message
    return f"is not JSON in UTF-8: {error}"
