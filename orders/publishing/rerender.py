"""Stored documents rendered again: after their shape has changed, or to repair what an audit has found."""

from collections.abc import Iterator

import orjson
from django.db import transaction

from orders.documents import to_text
from orders.models import REPRESENTATION, FeedClock, FeedHead, SalesOrder
from orders.publishing.batch import Batch
from orders.publishing.filing import is_filed
from orders.publishing.tables import Settled, publish_orders, write_orders
from stores.waits import allow_long_waits

BATCH_SIZE = 200


def outdated_orders() -> Iterator[list[int]]:
    """Primary keys of orders in an older representation, by batches. Begun again, it finds what is left."""
    last = 0
    while pks := list(
        SalesOrder.objects.outdated()
        .filter(pk__gt=last)
        .order_by("pk")
        .values_list("pk", flat=True)[:BATCH_SIZE]
    ):
        yield pks
        last = pks[-1]


def render(pks: list[int], *, keep_times: bool = False) -> tuple[int, int]:
    """Render these orders again; how many were rewritten, and how many of them got a new `updatedTime`.

    An order whose document means the same as before keeps its time. One that means something else moves to
    the end of the feed, for pollers hold what is not right; `keep_times` keeps them all where they are.
    """
    with transaction.atomic(durable=True):
        allow_long_waits()
        settled = [(draft, draft.shown()) for draft in Batch.of_orders(pks).drafts.values()]
        rewritten = [pair for pair in settled if _is_outdated(pair)]
        kept: list[Settled] = []
        moved: list[Settled] = []
        for pair in rewritten:
            (moved if not keep_times and _means_something_else(pair) else kept).append(pair)
        write_orders(kept, [draft.order.updated_time for draft, _ in kept])
        publish_orders(moved)
    return len(rewritten), len(moved)


def catch_up() -> None:
    """Set the clock and the heads to the newest orders, where those are ahead: after a restore by hand."""
    with transaction.atomic(durable=True):
        allow_long_waits()
        clock = FeedClock.objects.select_for_update().get()
        newest = SalesOrder.objects.newest_by_scope()
        FeedHead.objects.move(FeedHead.objects.behind(newest))
        clock.last_time = max([clock.last_time, *newest.values()])
        clock.save(update_fields=["last_time"])


def _is_outdated(pair: Settled) -> bool:
    draft, document = pair
    order = draft.order
    return (
        order.representation != REPRESENTATION
        or not is_filed(order, document)
        or order.document != to_text(document)
    )


def _means_something_else(pair: Settled) -> bool:
    draft, document = pair
    try:
        return bool(orjson.loads(draft.order.document) != document)
    except orjson.JSONDecodeError:
        return True
