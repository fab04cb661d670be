"""Subscriptions that are behind what was forgotten: disabled, and what ends that."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from delivery.gaps import disable_behind, drop_held
from delivery.models import Attempt, HeldOrder, Subscription, SubscriptionClock
from orders.models import FeedClock, Forgotten
from orders.publishing.forget import forget
from testbed.events import FAR_AHEAD, at, new_orders
from tests.conftest import Publish
from tests.delivery.registration.requests import BODY, PATH, made, send
from tests.shapes import assert_problem
from wire.times import EARLIEST

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("deliverable", "far_ahead")]

DETAIL = (
    "Changes later than that are not kept any more, so some may be missing. Begin at the beginning (null, or"
    ' a start of "beginning"), or at a later time.'
)


def time_of(change: int) -> datetime:
    return FAR_AHEAD + timedelta(microseconds=20 * change)


def row_at(path: str, position: datetime, **fields: object) -> Subscription:
    """The subscription, at this position."""
    rows = Subscription.objects.filter(public_id=path.rpartition("/")[2])
    rows.update(position=position, **fields)
    return rows.get()


def forget_two(publish: Publish) -> None:
    """Three orders, and two of them are forgotten."""
    publish(*new_orders(3))
    forget(before=time_of(3))


def test_who_is_behind_is_disabled_and_nobody_else(api: Client, publish: Publish) -> None:
    paths = [made(api) for _ in range(5)]
    forget_two(publish)
    places = [time_of(1), time_of(2), time_of(3), EARLIEST, time_of(1)]
    for path, position in zip(paths, places, strict=True):
        row_at(path, position)
    Subscription.objects.filter(position=time_of(1)).update(failures=3)
    row_at(paths[4], time_of(1), identifier="other")
    number = SubscriptionClock.objects.get().last_number

    counts = disable_behind(), disable_behind()

    assert counts == (1, 0)
    shown = [api.get(path).json() for path in paths[:4]]
    assert [(each["state"], each["stateReason"]) for each in shown] == [
        ("DISABLED", "RESYNC_REQUIRED"),
        *[("ACTIVE", None)] * 3,
    ]
    assert SubscriptionClock.objects.get().last_number == number + 1
    assert row_at(paths[4], time_of(1)).active


def test_a_replay_from_null_ends_it(api: Client, publish: Publish) -> None:
    path = made(api)
    forget_two(publish)
    row_at(path, time_of(1))
    disable_behind()

    early = send(api, "POST", f"{path}/replay", {"updatedSince": at(1)})
    assert_problem(early, 410, "RESYNC_REQUIRED", detail=DETAIL)
    assert api.get(path).json()["state"] == "DISABLED"
    answer = send(api, "POST", f"{path}/replay", {"updatedSince": None}).json()

    assert (answer["state"], answer["stateReason"], answer["position"]) == ("ACTIVE", None, None)
    assert answer["active"] is True
    assert disable_behind() == 0


def test_a_replay_from_behind_the_gap_ends_it_and_is_recorded(api: Client, publish: Publish) -> None:
    path = made(api)
    forget_two(publish)
    row_at(path, time_of(1))
    disable_behind()

    answer = send(api, "POST", f"{path}/replay", {"updatedSince": at(2)}).json()

    assert (answer["state"], answer["position"]) == ("ACTIVE", at(2))
    assert list(Attempt.objects.values_list("outcome", "updated_time")) == [("SKIPPED", time_of(2))]


def test_active_true_goes_on_behind_the_gap_and_records_it(api: Client, publish: Publish) -> None:
    path = made(api)
    forget_two(publish)
    before = row_at(path, time_of(1))
    disable_behind()

    answer = send(api, "PATCH", path, {"active": True}).json()

    assert (answer["state"], answer["stateReason"], answer["position"]) == ("ACTIVE", None, at(2))
    assert row_at(path, time_of(2)).generation == before.generation + 1
    attempts = api.get(f"{path}/attempts").json()["attempts"]
    assert [(each["outcome"], each["updatedTime"], each["detail"]) for each in attempts] == [
        ("SKIPPED", at(2), f"from {at(1)} on because these changes were forgotten")
    ]
    assert answer["behind"]["orders"] == 1


def test_one_that_was_paused_meanwhile_is_not_resumed_over_a_gap_in_silence(
    api: Client, publish: Publish
) -> None:
    path = made(api)
    send(api, "PATCH", path, {"active": False})
    forget_two(publish)
    row_at(path, time_of(1))

    send(api, "PATCH", path, {"active": True})

    assert Attempt.objects.get().outcome == "SKIPPED"


def test_other_changes_do_not_end_it(api: Client, publish: Publish) -> None:
    path = made(api)
    forget_two(publish)
    row_at(path, time_of(1))
    disable_behind()

    answer = send(api, "PATCH", path, {"name": "other"}).json()

    assert (answer["state"], answer["position"]) == ("DISABLED", at(1))


@pytest.mark.parametrize(("start", "status"), [(at(1), 410), (at(2), 201), ("beginning", 201), ("now", 201)])
def test_a_start_before_what_was_forgotten_is_refused(
    api: Client, publish: Publish, start: str, status: int
) -> None:
    forget_two(publish)
    answer = send(api, "POST", PATH, BODY | {"start": start})

    assert answer.status_code == status
    if status == 410:
        assert_problem(answer, 410, "RESYNC_REQUIRED", detail=DETAIL)
    assert Subscription.objects.count() == (status == 201)


def test_the_command_says_so_too(api: Client, publish: Publish) -> None:
    name = made(api).rpartition("/")[2]
    forget_two(publish)

    with pytest.raises(CommandError, match="Changes later than that are not kept any more"):
        call_command("replay_subscription", name, "--since", at(1))


def test_what_is_held_of_orders_that_are_gone_is_dropped(api: Client, publish: Publish) -> None:
    path = made(api)
    row = row_at(path, time_of(3))
    publish(*new_orders(3))
    for number in range(1, 4):
        HeldOrder.objects.create(
            subscription=row,
            channel_id="lazada-th",
            order_id=f"O-{number}",
            updated_time=time_of(number),
            held_time=datetime.now(UTC),
            given_up=True,
        )
    forget(before=time_of(3))

    assert (drop_held(), drop_held()) == (2, 0)
    assert [held.order_id for held in HeldOrder.objects.all()] == ["O-3"]


@pytest.mark.usefixtures("feed_clock")
def test_a_mark_is_no_newer_than_the_clock(publish: Publish) -> None:
    forget_two(publish)

    assert max(Forgotten.objects.values_list("updated_time", flat=True)) < FeedClock.newest()
