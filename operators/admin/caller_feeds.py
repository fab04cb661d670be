"""Who polls, on the pages of callers: when a caller polled last, and how far behind it is in each feed."""

from datetime import datetime
from typing import Any

from django.template.loader import render_to_string

from callers import polls
from callers.models import Caller
from operators.ages import age
from orders.followers import Follower, followers
from stores.notes import Away

AWAY = "not known: what keeps it is away"


def last_polls() -> dict[int, datetime] | None:
    """When each caller polled last, by its key; None when what keeps it is away."""
    newest: dict[int, datetime] = {}
    try:
        for known in polls.all():
            if time := known.last_poll_time:
                newest[known.caller_id] = max(time, newest.get(known.caller_id, time))
    except Away:
        return None
    return newest


def last_poll(caller: Any) -> str:
    """For the list, whose rows were given `last_polls`."""
    if caller.last_polls is None:
        return AWAY
    time = caller.last_polls.get(caller.pk)
    return f"{age(time)} ago" if time else "never"


def feeds_table(caller: Caller) -> str:
    """What it polls and how far behind it is, as a table."""
    try:
        rows = [_row(follower) for follower in followers(caller.username)]
    except Away:
        return AWAY
    return render_to_string("operators/feeds.html", {"rows": rows})


def _row(follower: Follower) -> dict[str, Any]:
    known = follower.polls
    outcomes = sorted(follower.polls.recent_outcomes().items())
    return {
        "feed": f"{follower.scope.kind} {follower.scope.identifier}",
        "polled": f"{age(known.last_poll_time)} ago" if known.last_poll_time else "never",
        "since": known.last_updated_since,
        "behind": "" if follower.orders is None else _behind(follower.orders, follower.seconds or 0),
        "outcomes": ", ".join(f"{outcome}: {number}" for outcome, number in outcomes),
        "limited": known.limited,
        "skipped": list(reversed(known.skipped)),
    }


def _behind(orders: int, seconds: float) -> str:
    return f"{orders} orders, {seconds:.0f} s" if orders else "nothing"
