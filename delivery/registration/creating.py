"""A new subscription (contract, section 9)."""

import secrets as random
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from callers.models import Caller, Scope
from delivery import secrets
from delivery.changes import touch
from delivery.gaps import refuse_gap
from delivery.mail.recipients import note_recipients
from delivery.models import Subscription
from delivery.registration.mechanisms import MECHANISMS
from delivery.registration.refusals import NotSetUp, TooManySubscriptions
from orders.models import FeedClock
from wire.times import EARLIEST


def create(caller_id: int, scope: Scope, body: Mapping[str, Any]) -> Subscription:
    """A new subscription. Raises NotSetUp, TooManySubscriptions, ResyncRequired."""
    if not settings.DELIVERY_KEYS:
        raise NotSetUp
    mechanism, given = MECHANISMS[body["mechanism"]], dict(body[body["mechanism"]])
    kept = mechanism.secrets(given)
    with transaction.atomic():
        lock_caller(caller_id)
        _check_count(caller_id, scope)
        row = _new(caller_id, scope, body)
        row.secrets = secrets.seal(kept) if kept else ""
        mechanism.fill(row, given)
        fill(row, body)
        row.save()
        row.shard = row.shard_of()
        note_recipients(row, ask_again=False)
        touch(row)
        row.save(update_fields=["shard", "confirmed", "change_number"])
        mechanism.saved(row)
    return row


def lock_caller(caller_id: int) -> None:
    """Have other creations of this caller wait until commit, so that they are counted one by one."""
    Caller.objects.select_for_update().get(pk=caller_id)


def shown_once(row: Subscription) -> dict[str, Any]:
    """What only the answer to a creation shows, and its repetition; not what was replaced meanwhile."""
    kept = secrets.unseal(row.secrets) if row.secrets else {}
    return MECHANISMS[row.mechanism].shown_once(kept)


def _new(caller_id: int, scope: Scope, body: Mapping[str, Any]) -> Subscription:
    position = position_of(body["start"])
    refuse_gap(scope, position)
    return Subscription(
        public_id=f"sub{random.token_hex(8)}",
        caller_id=caller_id,
        kind=scope.kind,
        identifier=scope.identifier,
        mechanism=body["mechanism"],
        created_time=datetime.now(UTC),
        position=position,
        settings={},
        shard=0,
        change_number=0,
    )


def position_of(start: datetime | str) -> datetime:
    """Where a subscription begins: the clock's newest time is `now`, and the latest that can be asked for."""
    newest = FeedClock.newest()
    if start == "beginning":
        return EARLIEST
    return newest if isinstance(start, str) else min(start, newest)


def fill(row: Subscription, body: Mapping[str, Any]) -> None:
    """Put what a cleaned body says into the row, but for secrets."""
    row.name, row.active = body["name"], body["active"]
    row.order_status = body["orderStatus"]
    row.contact_email = body["contactEmail"] or ""
    hidden = MECHANISMS[row.mechanism].write_only
    row.settings = {name: value for name, value in body[row.mechanism].items() if name not in hidden}


def _check_count(caller_id: int, scope: Scope) -> None:
    own = Subscription.objects.filter(caller_id=caller_id, deleted=False)
    here = own.filter(kind=scope.kind, identifier=scope.identifier).count()
    of_scope, of_caller = settings.MAX_SUBSCRIPTIONS_OF_SCOPE, settings.MAX_SUBSCRIPTIONS
    if here >= of_scope or own.count() >= of_caller:
        raise too_many(of_scope, of_caller)


def too_many(of_scope: int, of_caller: int) -> TooManySubscriptions:
    """The refusal, with how many there may be."""
    return TooManySubscriptions(
        f"At most {of_scope} subscriptions of a channel or partner and {of_caller} in all:"
        " delete one that is not needed."
    )
