"""What a caller does with its subscriptions, in short transactions; a deliverer notices by the number."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from callers.models import Scope
from delivery import secrets
from delivery.changes import touch
from delivery.gaps import RESYNC_REQUIRED, note_skip, refuse_gap, skip_gap
from delivery.mail.recipients import note_recipients
from delivery.models import HeldOrder, Subscription
from delivery.registration.creating import fill
from delivery.registration.mechanism import Mechanism
from delivery.registration.mechanisms import MECHANISMS
from delivery.registration.representation import writable
from delivery.registration.webhook_mechanism import new_secret
from orders.models import FeedClock, SalesOrder
from wire.refusals import BadBody, ParameterError
from wire.times import EARLIEST


def subscriptions_of(caller_id: int, scope: Scope) -> QuerySet[Subscription]:
    """The caller's own, under this scope, oldest first."""
    own = Subscription.objects.filter(caller_id=caller_id, deleted=False)
    return own.filter(kind=scope.kind, identifier=scope.identifier).order_by("pk")


def change(row: Subscription, body: Mapping[str, Any], patch: Mapping[str, Any]) -> None:
    """Make the row what a cleaned body says; `patch` is what was sent. A locked row, in a transaction.

    A new url or secret, and `active: true`, are tried at once, behind what was forgotten meanwhile. New
    addresses are asked whether they agree.
    """
    mechanism = MECHANISMS[row.mechanism]
    given, sent = dict(body[row.mechanism]), patch.get(row.mechanism) or {}
    before, was_active = row.settings, row.active
    mechanism.check_change(row, given, sent)
    mechanism.fill(row, given)
    fill(row, body)
    if mechanism.write_only & sent.keys():
        kept = secrets.unseal(row.secrets) if row.secrets else {}
        row.secrets = secrets.seal(mechanism.changed_secrets(kept, given, sent))
    is_asked = not was_active or patch.get("active") is True
    if row.active and (is_asked or _begins_anew(mechanism, before, row.settings, sent)):
        row.disabled_reason, row.next_attempt_time = "", None
        row.failures, row.paced, row.failing_since_time = 0, 0, None
        skip_gap(row)
    elif not row.active:
        row.disabled_reason = row.disabled_reason if not was_active else ""
    note_recipients(row, ask_again=patch.get("active") is True)
    touch(row)
    row.save()
    mechanism.saved(row)


def _begins_anew(
    mechanism: Mechanism, before: Mapping[str, Any], after: Mapping[str, Any], sent: Mapping[str, Any]
) -> bool:
    """Whether what changed may be why the receiver failed. What is not shown counts as changed when sent."""
    members = mechanism.tried_at_once
    return any(name in sent for name in members & mechanism.write_only) or any(
        before.get(name) != after.get(name) for name in members - mechanism.write_only
    )


def set_active(row: Subscription, *, active: bool) -> None:
    """Pause it, or go on where it stopped and try at once, also when it is failing. A locked row."""
    change(row, writable(row) | {"active": active}, {"active": active})


def delete(row: Subscription) -> None:
    """Hide it at once; the row goes when whoever delivers it has let go. A locked row."""
    row.deleted, row.active = True, False
    touch(row)
    row.save(update_fields=["deleted", "active", "change_number"])


def replay(row: Subscription, start: datetime | None) -> None:
    """Send the orders since a time again, as they are now; later held ones come by the flow. A locked row.

    Raises ResyncRequired where later changes were forgotten. One that was disabled for that goes on.
    """
    before = row.position
    row.position = EARLIEST if start is None else min(start, FeedClock.newest())
    refuse_gap(row.scope, row.position)
    if row.disabled_reason == RESYNC_REQUIRED:
        row.active, row.disabled_reason = True, ""
    if row.position > before:
        note_skip(row, before, "by a replay")
    row.generation += 1
    row.due_time, row.window_time = datetime.now(UTC) if row.sends_files else None, None
    HeldOrder.objects.filter(subscription=row, updated_time__gt=row.position).delete()
    touch(row)
    row.save()


def resend(row: Subscription, channel_id: str, order_id: str) -> None:
    """Send one order as it is now, apart from the flow. A locked row. Raises BadBody."""
    if row.sends_files:
        raise BadBody([ParameterError("mechanism", "sends files; use POST .../replay instead")])
    found = SalesOrder.objects.visible_to(row.scope).filter(channel_id=channel_id, order_id=order_id)
    time = found.values_list("updated_time", flat=True).first()
    if time is None:
        raise BadBody([ParameterError("orderId", "is no order of this channel or partner")])
    now = datetime.now(UTC)
    HeldOrder.objects.update_or_create(
        subscription=row,
        channel_id=channel_id,
        order_id=order_id,
        defaults={
            "updated_time": time,
            "held_time": now,
            "next_attempt_time": now,
            "tries": 0,
            "given_up": False,
            "resent": True,
        },
    )
    touch(row)
    row.save(update_fields=["change_number"])


def rotate_secret(row: Subscription, secret: str | None, overlap_hours: int) -> str:
    """Sign by a new secret, and by the one before until the overlap ends. A locked row. Raises BadBody."""
    if row.mechanism != "webhook":
        raise BadBody([ParameterError("mechanism", "signs nothing, so it has no such secret")])
    kept = secrets.unseal(row.secrets)
    before = kept["secrets"][0]["text"]
    until = datetime.now(UTC) + timedelta(hours=overlap_hours)
    kept["secrets"] = [{"text": secret or new_secret()}]
    if overlap_hours:
        kept["secrets"].append({"text": before, "until": until.timestamp()})
    row.secrets = secrets.seal(kept)
    touch(row)
    row.save(update_fields=["secrets", "change_number"])
    newest: str = kept["secrets"][0]["text"]
    return newest
