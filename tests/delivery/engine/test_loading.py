"""A subscription that is changed or let go in the same moment in which it is read or ends."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from callers.models import Scope
from delivery.engine.deliverer import Deliverer
from delivery.engine.draining import _read_on, drain
from delivery.engine.following import Follower
from delivery.engine.leases import Leases
from delivery.engine.loading import Loaded
from delivery.engine.running import Running
from delivery.engine.saving import Changes, Saved
from delivery.engine.store import News
from delivery.engine.waiting import may_leave
from orders.forms import Row
from tests.delivery.engine.subscriptions import at, held, row, running, unsaved

CHANGED = News(at(0), [], 2, [(1, Scope("channel", "lazada-th"))])


def follower() -> Follower:
    return Follower(Deliverer(Leases("one", fences={1: 1}), {}), at(0), 1)


def test_one_that_is_changed_while_it_is_read_is_read_again_before_anything_begins() -> None:
    """As when it is paused: then it is not read a second time, because it has nothing to do."""
    following, started = follower(), list[Running]()
    deliverer = following.deliverer

    async def look(call: Callable[..., News], *args: Any) -> News:
        return CHANGED

    async def read(call: Callable[[], Any]) -> dict[int, Loaded]:
        if started:
            return {}
        await following.look()
        return {1: (unsaved(), [])}

    deliverer.database_of_duties, deliverer.database = look, read  # type: ignore[assignment]
    deliverer.due.add(1)
    deliverer.has_due.set()
    asyncio.run(following.loader.load_due(started.append))

    assert [run.must_reload for run in started] == [True]


def test_one_whose_lease_is_lost_still_has_saved_that_it_tried() -> None:
    following, saved = follower(), list[Changes]()
    deliverer = following.deliverer
    run = running()
    run.is_over = run.is_dirty = True
    run.attempts.append({"subscription_id": 1, "time": at(1), "outcome": "REFUSED"})
    deliverer.running[1] = run

    async def save(call: Callable[..., Any], owner: str, changes: Sequence[Changes]) -> Saved:
        saved.extend(changes)
        return Saved(set(), set())

    deliverer.database_of_duties = save  # type: ignore[assignment]
    asyncio.run(drain(deliverer, following.loader, run))

    assert [len(change.attempts) for change in saved] == [1]
    assert deliverer.running == {}


@pytest.mark.parametrize(
    ("resent", "tries", "left"),
    [(True, 0, True), (True, 3, True), (False, 0, False), (False, 3, False)],
    ids=["resent", "resent and refused", "put aside untried", "refused"],
)
def test_of_what_is_held_only_what_was_resent_passes_the_filter(resent: bool, tries: int, left: bool) -> None:
    following = follower()
    order = row(1, "A", "COMPLETED")
    run = running([held(1, "A", resent=resent, tries=tries)], order_status=["NEW"])
    run.has_more = False

    async def read(call: Callable[..., Any], *args: Any) -> list[Row]:
        return [order]

    following.deliverer.database = read  # type: ignore[assignment]
    asyncio.run(_read_on(following.deliverer, following.loader, run, datetime.now(UTC)))

    assert (run.holding.has_offered, bool(run.holding.orders)) == (left, left)


@pytest.mark.parametrize(("wait", "may"), [(1200, False), (-1, True)])
def test_one_that_rests_is_not_forgotten_before_its_rate_lets_it_go_on(wait: int, may: bool) -> None:
    """Three an hour would else be one for each rest of a minute."""
    run = running()
    run.next_slot = time.monotonic() + wait

    assert may_leave(run, 61, 1) is may
