"""`manage.py forget` and `erase`: what they say, and what bad input changes."""

import io
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client

from delivery import erasing
from delivery.models import Attempt, HeldOrder, Subscription
from orders.models import SalesOrder, StatusEvent
from orders.publishing import forget as forgetting
from orders.publishing.ages import UNITS
from testbed.events import event, new_orders, withdrawal
from tests.conftest import Publish
from tests.delivery.registration.requests import made
from wire.times import EARLIEST

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("deliverable")]

LONG_AGO = datetime.now(UTC) - timedelta(days=500)


def manage(*arguments: str) -> str:
    """What the command prints."""
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def aged(*order_ids: str) -> None:
    """These orders last changed 500 days ago."""
    for number, order_id in enumerate(order_ids):
        time = LONG_AGO + timedelta(microseconds=20 * number)
        SalesOrder.objects.filter(order_id=order_id).update(updated_time=time)


def left() -> set[str]:
    return set(SalesOrder.objects.values_list("order_id", flat=True))


def test_forget_counts_first_and_then_removes(publish: Publish) -> None:
    publish(*new_orders(2), event(orderId="done", status="COMPLETED"), event(orderId="new"))
    aged("O-1", "O-2", "done")

    would = manage("forget", "--finished-before", "400d", "--dry-run")
    assert left() == {"O-1", "O-2", "done", "new"}
    did = manage("forget", "--finished-before", "400d")

    words = would.removeprefix("would forget 3 orders whose last change was before ")
    assert words.endswith("Z, 2 of them neither COMPLETED nor CANCELED\n")
    assert did.startswith("forgot 3 orders whose last change was before ")
    assert left() == {"new"}
    assert manage("forget", "--finished-before", "400d").startswith("forgot 0 orders whose last change")


def test_forget_disables_who_is_behind_and_drops_what_is_held(api: Client, publish: Publish) -> None:
    made(api)
    publish(*new_orders(2))
    aged("O-1", "O-2")
    row = Subscription.objects.get()
    Subscription.objects.update(position=LONG_AGO)
    now = datetime.now(UTC)
    HeldOrder.objects.create(
        subscription=row, channel_id="lazada-th", order_id="O-1", updated_time=LONG_AGO, held_time=now
    )

    said = manage("forget", "--finished-before", "1y").splitlines()

    assert said[1:] == [
        "disabled 1 subscriptions that were behind: RESYNC_REQUIRED",
        "dropped 1 that were held for a subscription",
    ]
    row.refresh_from_db()
    assert (row.active, row.disabled_reason) == (False, "RESYNC_REQUIRED")
    assert not HeldOrder.objects.exists()


def test_forget_removes_texts_of_withdrawn_events(publish: Publish) -> None:
    publish(event(eventId="a"), event(eventId="b"))
    publish(withdrawal("a"))
    StatusEvent.objects.filter(pk="a").update(status="NEW", detail="Somchai")

    assert manage("forget", "--withdrawn-only") == "removed the texts of 1 withdrawn events\n"
    assert manage("forget", "--withdrawn-only") == "No withdrawn event has a text.\n"
    assert (StatusEvent.objects.get(pk="a").detail, left()) == (None, {"FRIS00201"})


@pytest.mark.parametrize(
    ("age", "why"),
    [
        ("-400d", "-400d is negative: an age counts back from now, such as 400d. Nothing was removed."),
        ("0d", "0d would remove orders that have just changed: the least age is 1d. Nothing was removed."),
        ("soon", f"'soon' is no age: write a number and {UNITS}, such as 400d. Nothing was removed."),
        ("", f"'' is no age: write a number and {UNITS}, such as 400d. Nothing was removed."),
    ],
)
@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_bad_ages_are_refused_in_a_sentence(publish: Publish, age: str, why: str, options: list[str]) -> None:
    publish(event())
    SalesOrder.objects.update(updated_time=EARLIEST + timedelta(days=1))

    with pytest.raises(CommandError) as refused:
        manage("forget", "--finished-before", age, *options)

    assert str(refused.value) == why
    assert SalesOrder.objects.count() == 1


def test_forget_must_be_told_what() -> None:
    with pytest.raises(CommandError, match="one of the arguments --finished-before --withdrawn-only is"):
        manage("forget")
    with pytest.raises(CommandError, match="--dry-run counts orders, so it needs --finished-before"):
        manage("forget", "--withdrawn-only", "--dry-run")


def test_an_order_that_stays_locked_is_said(publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(event())
    aged("FRIS00201")
    monkeypatch.setattr(forgetting, "PATIENCE_SECONDS", 0)
    monkeypatch.setattr(forgetting, "_remove", lambda batch: (0, forgetting.Removed()))

    with pytest.raises(CommandError, match="An order is locked by somebody for a minute"):
        manage("forget", "--finished-before", "1y")


def test_the_age_is_by_the_clock_of_the_database(publish: Publish) -> None:
    """A machine whose clock is ten years ahead removes nothing that is young."""
    publish(event())

    with time_machine.travel(datetime.now(UTC) + timedelta(days=3650)):
        manage("forget", "--finished-before", "1y")

    assert left() == {"FRIS00201"}


def test_erase_says_what_was_removed(api: Client, publish: Publish) -> None:
    made(api)
    publish(event(eventId="a"), event(eventId="b"), event(orderId="other"))
    row = Subscription.objects.get()
    now = datetime.now(UTC)
    for order_id in ("FRIS00201", "other"):
        named = {"subscription": row, "channel_id": "lazada-th", "order_id": order_id}
        HeldOrder.objects.create(**named, updated_time=now, held_time=now)
        Attempt.objects.create(**named, time=now, outcome="FAILED", answer="FRIS00201: no such person")

    said = manage("erase", "lazada-th", "FRIS00201")

    assert said == (
        "Erased order FRIS00201 of channel lazada-th: 2 events, 1 held deliveries, 1 attempts;"
        " 0 files removed, 0 emptied before sending.\n"
    )
    assert left() == {"other"}
    assert [held.order_id for held in HeldOrder.objects.all()] == ["other"]
    generation = row.generation
    row.refresh_from_db()
    assert row.generation == generation + 1


def test_erase_runs_on_where_it_was_killed(
    api: Client, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(api)
    publish(event())
    Attempt.objects.create(
        subscription=Subscription.objects.get(),
        channel_id="lazada-th",
        order_id="FRIS00201",
        time=datetime.now(UTC),
        outcome="FAILED",
    )

    class Killed(Exception):
        pass

    def kill(*arguments: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(erasing, "_begin_anew", kill)
        with pytest.raises(Killed):
            manage("erase", "lazada-th", "FRIS00201")
    again = manage("erase", "lazada-th", "FRIS00201")

    assert " 0 events, 0 held deliveries, 1 attempts;" in again
    assert not Attempt.objects.exists()


@pytest.mark.parametrize(("channel", "order"), [("lazada-th", "fris00201"), ("other", "FRIS00201"), ("", "")])
def test_an_order_that_is_not_there_is_said(publish: Publish, channel: str, order: str) -> None:
    publish(event())

    with pytest.raises(CommandError) as refused:
        manage("erase", channel, order)

    assert str(refused.value) == f"There is no order {order} of channel {channel}, and nothing is kept of it."
    assert left() == {"FRIS00201"}


def test_the_log_does_not_say_which_order_was_erased(
    publish: Publish, caplog: pytest.LogCaptureFixture
) -> None:
    publish(event())

    manage("erase", "lazada-th", "FRIS00201")

    assert [record.getMessage() for record in caplog.records] == [
        "erase: an order of channel 'lazada-th', and its 1 events"
    ]
