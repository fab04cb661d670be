"""Render stored documents again: after their shape has changed, or to repair what an audit has found."""

from collections.abc import Iterator

import orjson
from django.db import transaction

from orders import fragments
from orders.documents import to_text
from orders.models import REPRESENTATION, FeedClock, FeedHead, SalesOrder
from orders.publishing.batch import Batch
from orders.publishing.filing import is_filed
from orders.publishing.loading import first_fitting
from orders.publishing.publication import Publication, has_its_fragment
from orders.publishing.tables import publish_orders, write_orders
from stores.waits import allow_long_waits

BATCH_SIZE = 200


def outdated_orders() -> Iterator[list[int]]:
    """Primary keys of orders in an older representation, in batches that fit into memory.

    Called again, it gives what is left.
    """
    last = 0
    while pks := list(
        SalesOrder.objects.outdated()
        .filter(pk__gt=last)
        .order_by("pk")
        .values_list("pk", flat=True)[:BATCH_SIZE]
    ):
        fitting = first_fitting(pks)
        yield fitting
        last = fitting[-1]


def rerender(pks: list[int], *, keep_times: bool = False) -> tuple[int, int]:
    """Render these orders again. Return how many were rewritten, and how many of them were moved.

    An order is moved to the end of the feed, with a new `updatedTime`, if pollers have or look for something
    else than what is right: its document means something else now, or it is filed under another status.
    `keep_times` moves none. An order without events is left alone, because its document is all that is known
    of it.
    """
    with transaction.atomic(durable=True):
        allow_long_waits()
        drafts = [draft for draft in Batch.lock_orders(pks).drafts.values() if draft.events]
        rewritten = [each for draft in drafts if _is_outdated(each := Publication(draft, draft.render()))]
        moved = [] if keep_times else [each for each in rewritten if _is_wrong(each)]
        kept = [each for each in rewritten if each not in moved]
        write_orders(kept, [publication.order.updated_time for publication in kept])
        publish_orders(moved)
    return len(rewritten), len(moved)


def catch_up() -> None:
    """Set the clock and the heads to the newest orders, where those are ahead: after a restore by hand."""
    with transaction.atomic(durable=True):
        allow_long_waits()
        clock = FeedClock.objects.select_for_update().get()
        newest = SalesOrder.objects.newest_by_scope()
        FeedHead.objects.move(FeedHead.objects.stale(newest))
        clock.last_time = max([clock.last_time, *newest.values()])
        clock.save(update_fields=["last_time"])


def _is_outdated(publication: Publication) -> bool:
    """Whether anything stored differs from what is rendered now."""
    order = publication.order
    return (
        order.representation != REPRESENTATION
        or order.document != to_text(publication.document)
        or not is_filed(order, publication.document)
        or not has_its_fragment(order)
    )


def _is_wrong(publication: Publication) -> bool:
    """Whether pollers have read, or were not given, something else than what is rendered now."""
    if not is_filed(publication.order, publication.document):
        return True
    try:
        return any(orjson.loads(text) != publication.document for text in _read_texts(publication.order))
    except (orjson.JSONDecodeError, fragments.NotAFragment):
        return True


def _read_texts(order: SalesOrder) -> Iterator[str | bytes]:
    """The document as pollers read it: as text and, if they take gzip, from the fragment."""
    yield order.document
    if order.fragment and order.fragment_time == order.updated_time:
        yield fragments.read(bytes(order.fragment)).document
