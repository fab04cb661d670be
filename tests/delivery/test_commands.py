"""What an operator does with subscriptions: a line of JSON, or a sentence and nothing changed."""

import json

import pytest
from cryptography.fernet import Fernet
from django.core import checks
from django.core.management import CommandError
from django.test import Client
from pytest_django import Settings

from delivery import secrets
from delivery.models import Attempt, HeldOrder, Subscription
from testbed.events import at, event, new_orders
from tests.callers.commands import run
from tests.conftest import Publish
from tests.delivery.registration.receivers import receiver
from tests.delivery.registration.requests import made

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead")]


def new(api: Client) -> str:
    """The id of a new subscription."""
    return made(api).rpartition("/")[2]


def test_a_subscription_is_shown_as_its_caller_sees_it(api: Client) -> None:
    path = made(api, authorization="Bearer hidden", secret="hidden" * 5)

    printed = run("show_subscription", path.rpartition("/")[2])

    why = "Nothing failed, and nothing was sent yet."
    assert printed.json == {"caller": "poller"} | api.get(path).json() | {"why": why}
    assert "hidden" not in printed.out


def test_one_is_shown_with_its_held_orders_and_attempts_a_line_each(api: Client) -> None:
    path = made(api)
    row = Subscription.objects.get()
    times = {"updated_time": at(1), "held_time": at(2)}
    HeldOrder.objects.create(subscription=row, channel_id="lazada-th", order_id="A-1", **times)
    attempt = {
        "time": at(2),
        "order_id": "A-1",
        "outcome": "REFUSED",
        "status": 500,
        "detail": "answered 500",
    }
    Attempt.objects.create(subscription=row, **attempt)

    lines = run("show_subscription", row.public_id, "--held", "--attempts", "--batches").out.splitlines()

    first, *rest = map(json.loads, lines)
    assert first["why"].startswith("Delivering, but 1 order is held: refused, or waiting to be resent.")
    assert first["why"].endswith("was REFUSED with status 500: answered 500.")
    held, attempts = (api.get(f"{path}/{name}").json()[name] for name in ("held", "attempts"))
    assert rest == [*held, *attempts]
    assert len(rest) == 2


def test_an_example_is_sent_and_what_came_of_it_printed(api: Client, settings: Settings) -> None:
    settings.DELIVERY_NETWORKS, settings.DELIVERY_ALLOW = ["127.0.0.0/8"], ["http"]
    with receiver(204) as (url, taken):
        printed = run("test_subscription", made(api, url=url).rpartition("/")[2]).json
    with receiver(500) as (url, _), pytest.raises(CommandError, match="It was not delivered"):
        run("test_subscription", made(api, url=url).rpartition("/")[2])

    assert len(taken) == 1
    assert printed["delivered"] is True
    assert (printed["attempt"]["outcome"], printed["attempt"]["status"]) == ("TEST", 204)


def test_an_order_is_resent(api: Client, publish: Publish) -> None:
    publish(event(orderId="A-1"))
    number = new(api)

    shown = run("resend_order", number, "lazada-th", "A-1").json

    assert shown["heldOrders"] == 1
    with pytest.raises(CommandError, match=r"^orderId is no order of this channel or partner$"):
        run("resend_order", number, "lazada-th", "A-2")


def test_all_are_listed_oldest_first_by_caller_and_state(api: Client) -> None:
    first, second = new(api), new(api)
    run("pause_subscription", second)

    listed = [
        [json.loads(line)["subscriptionId"] for line in run("list_subscriptions", *options).out.splitlines()]
        for options in ([], ["--state", "PAUSED"], ["--caller", "poller", "--state", "ACTIVE"])
    ]

    assert listed == [[first, second], [second], [first]]


def test_a_subscription_is_paused_and_goes_on(api: Client) -> None:
    number = new(api)
    numbers = [Subscription.objects.get().change_number]

    states = []
    for verb in ("pause_subscription", "resume_subscription"):
        states.append(run(verb, number).json["state"])
        numbers.append(Subscription.objects.get().change_number)

    assert states == ["PAUSED", "ACTIVE"]
    assert numbers[0] < numbers[1] < numbers[2]


@pytest.mark.parametrize("active", [True, False], ids=["failing", "disabled"])
def test_one_that_failed_is_tried_at_once_when_it_is_resumed(api: Client, active: bool) -> None:
    number = new(api)
    reason = "" if active else "NO_SUCCESS"
    Subscription.objects.update(
        active=active, failures=3, next_attempt_time=at(1), failing_since_time=at(1), disabled_reason=reason
    )

    shown = run("resume_subscription", number).json

    assert (shown["state"], shown["stateReason"], shown["nextAttemptTime"]) == ("ACTIVE", None, None)
    assert Subscription.objects.get().failing_since_time is None


def test_orders_are_replayed_from_a_time_and_from_the_beginning(api: Client, publish: Publish) -> None:
    publish(*new_orders(3))
    number = new(api)

    since = run("replay_subscription", number, "--since", at(1)).json
    beginning = run("replay_subscription", number, "--from-beginning").json

    assert (since["position"], since["behind"]["orders"]) == (at(1), 2)
    assert (beginning["position"], beginning["behind"]["orders"]) == (None, 3)
    assert not Attempt.objects.exists()


def test_going_forward_is_kept_as_skipped(api: Client, publish: Publish) -> None:
    publish(*new_orders(3))
    number = new(api)
    run("replay_subscription", number, "--since", at(1))

    run("replay_subscription", number, "--since", at(2))

    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.detail) == ("SKIPPED", f"from {at(1)} on by a replay")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["show_subscription", "sub0"], "There is no subscription sub0; list_subscriptions shows all."),
        (["test_subscription", "sub0"], "There is no subscription sub0; list_subscriptions shows all."),
        (["save_batch", "\0", "1"], "There is no subscription \0; list_subscriptions shows all."),
        (["pause_subscription", "sub0"], "There is no subscription sub0; list_subscriptions shows all."),
        (["list_subscriptions", "--caller", "x"], "There is no caller x; list_callers shows all."),
        (["list_subscriptions", "--state", "GONE"], "invalid choice: 'GONE'"),
        (["replay_subscription", "sub0"], "one of the arguments --since --from-beginning is required"),
        (
            ["replay_subscription", "sub0", "--since", "monday"],
            "--since must be an RFC 3339 time with a zone",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_is_told_in_a_sentence(db: None, arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError) as refusal:
        run(*arguments)

    assert sentence in str(refusal.value)


def test_one_that_was_deleted_is_gone_for_commands_too(api: Client) -> None:
    path = made(api)
    api.delete(path)

    with pytest.raises(CommandError, match="There is no subscription"):
        run("resume_subscription", path.rpartition("/")[2])


def test_secrets_are_encrypted_by_a_new_key_and_the_old_one_may_go(api: Client, settings: Settings) -> None:
    new(api), new(api)
    before = [secrets.unseal(row.secrets) for row in Subscription.objects.order_by("pk")]
    old, newest = settings.DELIVERY_KEYS, Fernet.generate_key().decode()
    settings.DELIVERY_KEYS = [newest, *old]

    said = run("rotate_delivery_keys")

    settings.DELIVERY_KEYS = [newest]
    assert said.out.startswith("2 subscriptions are encrypted by the first key of DELIVERY_KEYS.")
    assert [secrets.unseal(row.secrets) for row in Subscription.objects.order_by("pk")] == before


def test_secrets_that_no_key_reads_are_named_and_nothing_is_changed(api: Client, settings: Settings) -> None:
    lost = new(api)
    settings.DELIVERY_KEYS = [Fernet.generate_key().decode()]
    new(api)
    before = list(Subscription.objects.order_by("pk").values_list("secrets", flat=True))

    with pytest.raises(CommandError) as refusal:
        run("rotate_delivery_keys")

    assert str(refusal.value) == f"No key of DELIVERY_KEYS reads the secrets of 1, such as {lost}."
    assert list(Subscription.objects.order_by("pk").values_list("secrets", flat=True)) == before


def test_the_start_tells_of_subscriptions_whose_secrets_nothing_can_read(
    api: Client, settings: Settings
) -> None:
    with_keys = checks.run_checks(tags=[checks.Tags.database], databases=["default"])
    settings.DELIVERY_KEYS = []
    without_subscriptions = checks.run_checks(tags=[checks.Tags.database], databases=["default"])
    settings.DELIVERY_KEYS = [Fernet.generate_key().decode()]
    new(api)
    settings.DELIVERY_KEYS = []

    found = checks.run_checks(tags=[checks.Tags.database], databases=["default"])

    assert (with_keys, without_subscriptions) == ([], [])
    assert [error.id for error in found] == ["delivery.E001"]
