"""Who polls what, who is how far behind, and who does not poll what it may."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db.models import Exists, OuterRef

from callers import polls
from callers.models import Grant, Scope
from callers.polls import FeedPolls
from delivery.models import Subscription
from operators.overview.following import Follower, Followers, Limited, NeverPolled, SkippedWindow
from operators.overview.slowest import Position, slowest
from orders.models import FeedHead
from wire.times import EARLIEST

MAX_SHOWN = 20
RECENTLY = timedelta(hours=24)


class Granted(NamedTuple):
    """What a caller may read, its name, and whether a subscription of its own tells it."""

    caller_id: int
    scope: Scope
    caller: str
    is_subscribed: bool


class Polled(NamedTuple):
    """A grant, and what is known of its use."""

    grant: Granted
    feed: FeedPolls

    @property
    def given_until(self) -> datetime:
        return self.feed.given_until or EARLIEST


def find() -> Followers:
    """Of callers that are not revoked, and of what they may read now. At most eight queries. Raises Away."""
    feeds = {(feed.caller_id, feed.scope): feed for feed in polls.all()}
    grants = list(_grants())
    heads = FeedHead.objects.newest()
    used = [Polled(row, feeds[key]) for row in grants if (key := row[:2]) in feeds]
    polled = [found for found in used if found.feed.last_poll_time]
    known = {found.grant for found in polled}
    unused = [row for row in grants if row not in known and not (row.is_subscribed and row.scope in heads)]
    behind = [found for found in polled if found.given_until < heads.get(found.feed.scope, EARLIEST)]
    return Followers(
        following=len(polled),
        behind=len(behind),
        slowest=list(_slowest(behind)),
        never_polled_count=len(unused),
        never_polled=_never_polled(unused, heads),
        limited=_limited(used),
        skipped=_skipped(used),
    )


def _grants() -> Iterator[Granted]:
    """What may be read now, by the names of callers. One query."""
    own = Subscription.objects.filter(deleted=False, caller=OuterRef("caller"), kind=OuterRef("kind"))
    rows = Grant.objects.filter(caller__revoked_time=None).order_by("caller__username", "kind", "identifier")
    rows = rows.annotate(is_subscribed=Exists(own.filter(identifier=OuterRef("identifier"))))
    for caller_id, kind, identifier, caller, is_subscribed in rows.values_list(
        "caller_id", "kind", "identifier", "caller__username", "is_subscribed"
    ):
        yield Granted(caller_id, Scope(kind, identifier), caller, is_subscribed)


def _slowest(behind: list[Polled]) -> Iterator[Follower]:
    """The ten slowest. At most four queries."""
    positions = {
        Position(found.feed.scope, found.given_until, found.feed.caller_id): found for found in behind
    }
    for position, orders, seconds in slowest(list(positions)):
        grant, feed = positions[position]
        yield Follower(
            grant.caller,
            grant.caller_id,
            grant.scope.kind,
            grant.scope.identifier,
            orders,
            seconds,
            feed.last_poll_time,
        )


def _never_polled(unused: list[Granted], heads: Collection[Scope]) -> list[NeverPolled]:
    """Those that we know no channel or partner for come first: that is how a misspelt grant is found."""
    rows = [
        NeverPolled(row.caller, row.caller_id, row.scope.kind, row.scope.identifier, row.scope in heads)
        for row in unused
    ]
    return sorted(rows, key=lambda row: row.is_known)[:MAX_SHOWN]


def _limited(used: Iterable[Polled]) -> list[Limited]:
    """Callers with a 429 in this hour of the clock or the one before it, most first."""
    times: Counter[tuple[str, int]] = Counter()
    for grant, feed in used:
        times[grant.caller, grant.caller_id] += feed.recent_outcomes()["limited"]
    return [Limited(*caller, count) for caller, count in times.most_common(MAX_SHOWN) if count]


def _skipped(used: Iterable[Polled]) -> list[SkippedWindow]:
    """The newest window that each skipped within a day, newest first."""
    rows = [
        SkippedWindow(
            grant.caller,
            grant.caller_id,
            grant.scope.kind,
            grant.scope.identifier,
            window.after,
            window.until,
            window.seen_time,
        )
        for grant, feed in used
        for window in feed.skipped[-1:]
        if window.seen_time > datetime.now(UTC) - RECENTLY
    ]
    return sorted(rows, key=lambda row: row.seen_time, reverse=True)[:MAX_SHOWN]
