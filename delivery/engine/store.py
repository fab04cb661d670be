"""What `deliver` reads from the database and saves there: a call for a batch, never for a delivery.

Everything is of the primary. The functions block, so they run in threads.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from callers.models import Grant, Scope
from delivery.engine.clocks import database_now
from delivery.engine.track import Key, key_of
from delivery.models import SHARDS, HeldOrder, Subscription, SubscriptionClock
from orders import feed
from orders.forms import Form, Row
from orders.models import FeedClock, FeedHead
from orders.question import Question

PRIMARY = "default"
PAGE = 100
MAX_MOVED = 1_000


@dataclass(frozen=True)
class News:
    """What happened since the last look. `scopes` None: too much to name, so every scope may have moved.

    With `is_complete` there are no more changed subscriptions than these.
    """

    seen_time: datetime
    scopes: list[Scope] | None
    seen_number: int
    changed: list[tuple[int, Scope]]
    is_complete: bool = True


def look(since: datetime, number: int) -> News:
    """The scopes that moved since a time, and the subscriptions that changed since a number. Two queries.

    Both are in commit order, so nothing is missed.
    """
    heads = FeedHead.objects.using(PRIMARY).filter(updated_time__gt=since).order_by("updated_time")
    moved = list(heads.values_list("kind", "identifier", "updated_time")[: MAX_MOVED + 1])
    rows = Subscription.objects.filter(change_number__gt=number, shard__lt=SHARDS).order_by("change_number")
    found = list(rows.values_list("pk", "kind", "identifier", "change_number")[:MAX_MOVED])
    changed = [(pk, Scope(kind, name)) for pk, kind, name, _ in found]
    newest = found[-1][3] if found else number
    is_complete = len(found) < MAX_MOVED
    if len(moved) > MAX_MOVED:
        return News(FeedClock.newest(), None, newest, changed, is_complete)
    seen = moved[-1][2] if moved else since
    return News(seen, [Scope(kind, name) for kind, name, _ in moved], newest, changed, is_complete)


def start() -> tuple[datetime, int]:
    """Where to look on from: read before the subscriptions are."""
    return FeedClock.newest(), SubscriptionClock.objects.get().last_number


def index_of(shards: Iterable[int]) -> list[tuple[int, Scope]]:
    """Primary key and scope of every live subscription in these shards."""
    rows = Subscription.objects.filter(shard__in=list(shards), deleted=False)
    return [(pk, Scope(kind, name)) for pk, kind, name in rows.values_list("pk", "kind", "identifier")]


def load_due(pks: Iterable[int]) -> list[Subscription]:
    """Those of these subscriptions that have work: orders to send, a wait that ends, held orders."""
    held = HeldOrder.objects.filter(subscription=OuterRef("pk"), given_up=False)
    rows = _loaded(pks).filter(active=True, deleted=False)
    waits = Q(next_attempt_time__isnull=False) | Exists(held)
    return list(rows.filter(Q(head_time__gt=F("position")) | waits))


def load(pks: Iterable[int]) -> list[Subscription]:
    """Subscriptions, with their rights now (`is_granted`) and the head of their scope (`head_time`)."""
    return list(_loaded(pks))


def granted(pks: Iterable[int]) -> set[int]:
    """Those whose caller has the right to what they send."""
    return set(_loaded(pks).filter(Q(is_granted=True)).values_list("pk", flat=True))


def _loaded(pks: Iterable[int]) -> QuerySet[Subscription]:
    grant = Grant.objects.filter(
        caller=OuterRef("caller"), kind=OuterRef("kind"), identifier=OuterRef("identifier")
    )
    head = FeedHead.objects.filter(kind=OuterRef("kind"), identifier=OuterRef("identifier"))
    rows = Subscription.objects.filter(pk__in=list(pks)).select_related("caller")
    return rows.annotate(
        is_granted=Exists(grant) & Q(caller__revoked_time=None),
        head_time=Subquery(head.values("updated_time")),
    )


def held_of(pks: Iterable[int]) -> list[HeldOrder]:
    """The orders held for these subscriptions that are to be tried again."""
    return list(HeldOrder.objects.filter(subscription__in=list(pks)))


def held_rows(scope: Scope, held: Iterable[Key]) -> list[Row]:
    """The orders that are held, as they are now; those that are gone or left the scope are missing."""
    wanted = set(held)
    ids = tuple(sorted({order_id for _, order_id in wanted}))
    rows: list[Row] = []
    for start_at in range(0, len(ids), 10):
        rows += [row for row in _named(scope, ids[start_at : start_at + 10]) if key_of(row) in wanted]
    return rows


def _named(scope: Scope, ids: tuple[str, ...]) -> Iterator[Row]:
    """All orders with these ids: a partner may have one of each in a hundred channels."""
    since, has_more = None, True
    while has_more:
        page = feed.page(Question(scope, since=since, ids=ids), PAGE, Form.ROWS, PRIMARY)
        yield from page.items
        since, has_more = (page.items[-1].updated_time if page.items else since), page.has_more


def clock_difference() -> float:
    """Seconds that this machine's clock is ahead of the database's."""
    return (datetime.now(UTC) - database_now()).total_seconds()


def shard_of(pk: int) -> int:
    """The shard that a subscription belongs to."""
    return pk % SHARDS
