"""Reading the event on a line of the platform's feed, and refusing what is none (contract, section 8)."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from orders.publishing.events import (
    Event,
    EventRefused,
    EventText,
    Line,
    PublishedEvent,
    Unreadable,
    Withdrawal,
)
from orders.statuses import OrderStatus, ShipmentStatus
from wire.names import NAME_RULE, is_name
from wire.times import BadTime, parse_time

_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
_NOT_A_CODE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")

_PLAIN = re.compile(rb"[^\\\x7f]*")
"""JSON with a control character or half of a surrogate pair in a text has it as an escape, but for DEL."""

_ORDER_WORDS = dict.fromkeys(OrderStatus.values)
_SHIPMENT_WORDS = dict.fromkeys(ShipmentStatus.values)


class _Deleted(msgspec.Struct):
    deleted: bool = False


_DECODER = msgspec.json.Decoder(EventText)


def read_event(line: Line) -> Event:
    """The event on a line of JSON, or in a dict of the same shape. Raises EventRefused."""
    if isinstance(line, Unreadable):
        raise EventRefused(line.reason)
    event = (isinstance(line, bytes) and _read_directly(line)) or _read_by_steps(line)
    if not (isinstance(line, bytes) and _PLAIN.fullmatch(line)):
        _check_texts(event)
    if isinstance(event, PublishedEvent):
        _check_names(event)
        _check_status(event)
    return event


def _read_directly(line: bytes) -> PublishedEvent | None:
    """The event of most lines, by one decoder; None for a line that must be read by steps.

    Times are read by parse_time, because msgspec's own rules for them are others.
    """
    try:
        text = _DECODER.decode(line)
        if text.deleted:
            return None
        fields = msgspec.structs.asdict(text)
        fields["order_created_time"] = parse_time(text.order_created_time)
        fields["event_time"] = parse_time(text.event_time)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, BadTime):
        return None
    del fields["deleted"]
    return PublishedEvent(**fields)


def _read_by_steps(line: bytes | Mapping[str, Any]) -> Event:
    """Any event, in three times the time; only here a line is refused, with a sentence."""
    try:
        fields = msgspec.json.decode(line) if isinstance(line, bytes) else line
        if msgspec.convert(fields, _Deleted).deleted:
            return msgspec.convert(fields, Withdrawal)
        times = {name: _time(fields, name) for name in ("orderCreatedTime", "eventTime")}
        return msgspec.convert({**fields, **times}, PublishedEvent)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise EventRefused(_sentence(error)) from None
    except RecursionError:
        raise EventRefused("is nested too deeply") from None


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
