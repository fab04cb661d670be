"""Who follows which feed by polling, and how far behind each is: for those who run the installation."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from callers import polls
from callers.models import Grant, Scope
from callers.polls import FeedPolls
from orders.behind import behind, newest_times


@dataclass(frozen=True)
class Follower:
    """A caller and a feed that is granted to it. `orders` and `seconds` are None when it never polled."""

    caller: str
    polls: FeedPolls
    orders: int | None
    seconds: float | None

    @property
    def scope(self) -> Scope:
        return self.polls.scope


def followers(username: str | None = None) -> list[Follower]:
    """Those of one caller or of all that are not revoked, the furthest behind first, who never polled last.

    Two queries, two round trips, and three queries for each that is behind. Raises stores.notes.Away.
    """
    grants = Grant.objects.filter(caller__revoked_time=None)
    if username is not None:
        grants = grants.filter(caller__username=username)
    rows = [*grants.values_list("caller_id", "caller__username", "kind", "identifier")]
    granted = {(number, Scope(kind, name)): caller for number, caller, kind, name in rows}
    known = {(found.caller_id, found.scope): found for found in _known({number for number, _ in granted})}
    heads = newest_times({scope for _, scope in granted})
    found = (
        _follower(caller, known.get((number, scope)) or FeedPolls(number, scope), heads.get(scope))
        for (number, scope), caller in granted.items()
    )
    return sorted(found, key=_place)


def _known(callers: set[int]) -> Iterator[FeedPolls]:
    if len(callers) == 1:
        yield from polls.of_caller(*callers)
    else:
        yield from polls.all()


def _follower(caller: str, known: FeedPolls, newest: datetime | None) -> Follower:
    if known.given_until is None:
        return Follower(caller, known, None, None)
    if newest is None or newest <= known.given_until:
        return Follower(caller, known, 0, 0.0)
    return Follower(caller, known, *behind(known.scope, known.given_until))


def _place(follower: Follower) -> tuple[bool, float, str, str, str]:
    scope = follower.scope
    return follower.seconds is None, -(follower.seconds or 0), follower.caller, scope.kind, scope.identifier
