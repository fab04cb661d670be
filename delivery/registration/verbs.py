"""What a caller does with its subscriptions, in short transactions; a deliverer notices by the number."""

import base64
import secrets as random
from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from callers.models import Caller, Scope
from delivery import secrets
from delivery.changes import touch
from delivery.models import SHARDS, HeldOrder, Subscription
from delivery.registration.refusals import TooManySubscriptions
from orders.models import FeedClock, SalesOrder
from wire.refusals import BadBody, ParameterError
from wire.times import EARLIEST

WRITE_ONLY = ("secret", "authorization")


def subscriptions_of(caller_id: int, scope: Scope) -> QuerySet[Subscription]:
    """The caller's own, under this scope, oldest first."""
    own = Subscription.objects.filter(caller_id=caller_id, deleted=False)
    return own.filter(kind=scope.kind, identifier=scope.identifier).order_by("pk")


def create(caller_id: int, scope: Scope, body: Mapping[str, Any]) -> tuple[Subscription, str | None]:
    """A new subscription, and its secret where we made it. Raises TooManySubscriptions."""
    given = dict(body["webhook"])
    made = None if given.get("secret") else new_secret()
    sealed = secrets.seal(
        {"secrets": [{"text": given.get("secret") or made}], "authorization": given.get("authorization")}
    )
    with transaction.atomic():
        Caller.objects.select_for_update().get(pk=caller_id)  # so that two creations are counted one by one
        _check_count(caller_id, scope)
        row = Subscription(
            public_id=f"sub{random.token_hex(8)}",
            caller_id=caller_id,
            kind=scope.kind,
            identifier=scope.identifier,
            mechanism=body["mechanism"],
            secrets=sealed,
            created_time=datetime.now(UTC),
            position=position_of(body["start"]),
            shard=0,
            change_number=0,
        )
        _fill(row, body)
        row.save()
        row.shard = row.pk % SHARDS
        touch(row)
        row.save(update_fields=["shard", "change_number"])
    return row, made


def new_secret() -> str:
    """A secret as Standard Webhooks has them: `whsec_` and 32 random bytes in base64."""
    return f"whsec_{base64.b64encode(random.token_bytes(32)).decode()}"


def position_of(start: datetime | str) -> datetime:
    """Where a subscription begins: the clock's newest time is `now`, and the latest that can be asked for."""
    newest = FeedClock.newest()
    if start == "beginning":
        return EARLIEST
    return newest if isinstance(start, str) else min(start, newest)


def merged(before: dict[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON merge patch (RFC 7396): null takes a member away, which restores its default."""
    after = deepcopy(before)
    for name, value in patch.items():
        if value is None:
            after.pop(name, None)
        elif isinstance(value, Mapping) and isinstance(after.get(name), dict):
            after[name] = merged(after[name], value)
        else:
            after[name] = value
    return after


def change(row: Subscription, body: Mapping[str, Any], patch: Mapping[str, Any]) -> None:
    """Make the row what a cleaned body says; `patch` is what was sent. A locked row, in a transaction.

    A new url or secret, and `active: true`, are tried at once.
    """
    given = dict(body[row.mechanism])
    sent = patch.get(row.mechanism) or {}
    was_url = row.settings.get("url")
    was_active = row.active
    _fill(row, body)
    if {"secret", "authorization"} & sent.keys():
        kept = secrets.unseal(row.secrets)
        if given.get("secret"):
            kept["secrets"] = [{"text": given["secret"]}]
        if "authorization" in sent:
            kept["authorization"] = given.get("authorization")
        row.secrets = secrets.seal(kept)
    if row.active and (not was_active or "secret" in sent or row.settings.get("url") != was_url):
        row.disabled_reason, row.next_attempt_time = "", None
        row.failures, row.failing_since_time = 0, None
    elif not row.active:
        row.disabled_reason = row.disabled_reason if not was_active else ""
    touch(row)
    row.save()


def delete(row: Subscription) -> None:
    """Hide it at once; the row goes when whoever delivers it has let go. A locked row."""
    row.deleted, row.active = True, False
    touch(row)
    row.save(update_fields=["deleted", "active", "change_number"])


def replay(row: Subscription, start: datetime | None) -> None:
    """Send the orders since a time again, as they are now; later held ones come by the flow. A locked row."""
    row.position = EARLIEST if start is None else min(start, FeedClock.newest())
    row.generation += 1
    HeldOrder.objects.filter(subscription=row, updated_time__gt=row.position).delete()
    touch(row)
    row.save(update_fields=["position", "generation", "change_number"])


def resend(row: Subscription, channel_id: str, order_id: str) -> None:
    """Send one order as it is now, apart from the flow. A locked row. Raises BadBody."""
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
        },
    )
    touch(row)
    row.save(update_fields=["change_number"])


def rotate_secret(row: Subscription, secret: str | None, overlap_hours: int) -> str:
    """Sign by a new secret, and by the one before until the overlap ends. A locked row."""
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


def _fill(row: Subscription, body: Mapping[str, Any]) -> None:
    row.name, row.active = body["name"], body["active"]
    row.order_status = body["orderStatus"]
    row.contact_email = body["contactEmail"] or ""
    row.settings = {name: value for name, value in body[row.mechanism].items() if name not in WRITE_ONLY}


def _check_count(caller_id: int, scope: Scope) -> None:
    own = Subscription.objects.filter(caller_id=caller_id, deleted=False)
    here = own.filter(kind=scope.kind, identifier=scope.identifier).count()
    if here >= settings.MAX_SUBSCRIPTIONS_OF_SCOPE or own.count() >= settings.MAX_SUBSCRIPTIONS:
        raise TooManySubscriptions(
            f"At most {settings.MAX_SUBSCRIPTIONS_OF_SCOPE} subscriptions of a channel or partner and"
            f" {settings.MAX_SUBSCRIPTIONS} in all: delete one that is not needed."
        )
