"""What an operator sets right after a wrong line: an order's partner, an event's revision."""

import logging

from django.db import transaction

from orders.models import SalesOrder, StatusEvent
from orders.publishing.batch import Batch
from orders.publishing.publication import Publication
from orders.publishing.tables import publish_orders
from stores.waits import allow_long_waits
from wire.names import NAME_RULE, is_name

logger = logging.getLogger(__name__)

MAX_REVISION = 2**63 - 2
"""One less than a line may have, so that there is always a later one."""


class MendRefused(ValueError):
    """Nothing was changed; the message says why."""


def mend_order(*, channel_id: str, order_id: str, partner_id: str) -> None:
    """Give an order to another partner, in one transaction. Raises MendRefused.

    The order gets a new `updatedTime`, so the followers of its channel and of the new partner see it. It is
    gone from the feed of the old partner, whose followers are not told, because the feed shows no partner
    the orders of another one.
    """
    if not is_name(partner_id):
        raise MendRefused(f"{partner_id[:50]!r} is not a partner: {NAME_RULE}.")
    with transaction.atomic(durable=True):
        allow_long_waits()
        named = SalesOrder.objects.filter(channel_id=channel_id, order_id=order_id)
        draft = next(iter(Batch.lock_orders(named.values_list("pk", flat=True)).drafts.values()), None)
        if draft is None:
            raise MendRefused(f"There is no order {order_id} of channel {channel_id}.")
        if not draft.events:
            raise MendRefused(f"Order {order_id} has no events, so it cannot be rendered; see audit.")
        before = draft.order.partner_id
        if before == partner_id:
            raise MendRefused(f"Order {order_id} of channel {channel_id} is of partner {partner_id} already.")
        draft.order.partner_id = partner_id
        named.update(partner_id=partner_id)
        publish_orders([Publication(draft, draft.render())])
    logger.warning(
        "mend_order: order %r of channel %r, of partner %r, is of partner %r now",
        *(order_id, channel_id, before, partner_id),
    )


def mend_event(*, event_id: str, revision: int) -> None:
    """Set the revision of an event, in one transaction, so that later ones are taken. Raises MendRefused.

    What readers see of the event stays until a later revision comes, so no order gets a new `updatedTime`.
    """
    if not 0 <= revision <= MAX_REVISION:
        raise MendRefused(f"A revision to go on after is 0 to {MAX_REVISION}.")
    with transaction.atomic(durable=True):
        allow_long_waits()
        event = StatusEvent.objects.filter(event_id=event_id)
        # The order before its event, as publishers do
        list(SalesOrder.objects.select_for_update().filter(pk__in=event.values("order_id")))
        before = event.select_for_update().values_list("revision", flat=True).first()
        if before is None:
            raise MendRefused(f"There is no event {event_id}.")
        event.update(revision=revision)
    logger.warning("mend_event: event %r had revision %d and has %d now", event_id, before, revision)
