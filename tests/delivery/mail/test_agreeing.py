"""The owner of an address agrees by a link: once, within seven days, and never by opening it."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core import mail
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from callers.administration import create_caller, revoke_caller
from delivery.mail import agreeing
from delivery.mail.recipients import note_recipients, stop_token_of
from delivery.models import Mail, Recipient, SilencedAddress, Subscription
from delivery.registration.representation import state_of
from tests.delivery.mail.servers import mail_server
from tests.delivery.mail.subscribers import TO, agreed, links, mailed, mailer, subscribed
from tests.delivery.registration.requests import PATH, send

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("poller")]

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'"
)


def state(row: Subscription) -> str:
    return state_of(Subscription.objects.get(pk=row.pk))


def asked(row: Subscription) -> dict[str, str]:
    """The links of the mail that asked."""
    mailer().round()
    return links()


def test_an_address_is_asked_by_one_mail_and_nothing_in_it_is_the_callers() -> None:
    row = mailed(name="Buy now at evil.example")

    found = asked(row)

    (sent,) = mail.outbox
    assert state(row) == "UNCONFIRMED"
    assert (sent.to, sent.subject) == ([TO], "[lazada-th] Please confirm this address")
    assert "evil" not in sent.message().as_string()
    assert "ops" not in str(sent.body)
    assert found.keys() == {"confirm", "never"}
    assert "List-Unsubscribe" not in sent.extra_headers


def test_a_scanner_that_opens_every_link_confirms_nothing(anyone: Client) -> None:
    row = mailed()
    for path in asked(row).values():
        for method in ("GET", "HEAD", "OPTIONS", "GET"):
            assert anyone.generic(method, path).status_code in (200, 204)

    assert state(row) == "UNCONFIRMED"
    assert not SilencedAddress.objects.exists()


def test_the_button_confirms_once(anyone: Client) -> None:
    row = mailed()
    path = asked(row)["confirm"]
    before = Subscription.objects.get(pk=row.pk).change_number

    page, pressed, again = anyone.get(path), anyone.post(path), anyone.post(path)

    assert b'<form class="asking" method="post"><button>Yes, send them</button></form>' in page.content
    assert [page.status_code, pressed.status_code, again.status_code] == [200, 200, 200]
    assert b"Thank you" in pressed.content
    assert state(row) == "ACTIVE"
    assert Subscription.objects.get(pk=row.pk).change_number == before + 1


def test_a_used_link_confirms_nothing_anew(anyone: Client) -> None:
    row = mailed()
    path = asked(row)["confirm"]
    anyone.post(path)
    agreeing.stop(Recipient.objects.get(subscription=row))

    pressed = anyone.post(path)

    assert (pressed.status_code, b"not good any more" in pressed.content) == (410, True)
    assert not Recipient.objects.filter(confirmed_time__isnull=False).exists()
    assert Subscription.objects.get(pk=row.pk).confirmed is False


def test_after_seven_days_it_confirms_nothing(anyone: Client) -> None:
    row = mailed()
    path = asked(row)["confirm"]
    (sent,) = Mail.objects.all()
    assert sent.expires_time is not None
    assert timedelta(days=6.9) < sent.expires_time - datetime.now(UTC) <= timedelta(days=7)
    Mail.objects.update(expires_time=datetime.now(UTC))

    page, pressed = anyone.get(path), anyone.post(path)

    assert (page.status_code, pressed.status_code) == (410, 410)
    assert b"<form" not in page.content
    assert state(row) == "UNCONFIRMED"


@pytest.mark.parametrize("action", ["confirm", "stop", "never"])
def test_a_forged_link_leads_nowhere(anyone: Client, action: str) -> None:
    row = mailed()
    asked(row)
    for token in ("A" * 43, "x", "%00", "ops@shop.example"):
        for method in ("GET", "POST"):
            assert anyone.generic(method, f"/subscriptions/{action}/{token}").status_code == 404

    assert state(row) == "UNCONFIRMED"


def test_a_token_is_kept_as_a_digest_only() -> None:
    row = mailed()
    token = asked(row)["confirm"].rpartition("/")[2]
    kept = repr([list(model.objects.values()) for model in (Mail, Recipient, Subscription)])

    assert token not in kept


@pytest.mark.parametrize("action", ["confirm", "never"])
def test_a_page_is_guarded_and_its_address_goes_to_nobody(anyone: Client, action: str) -> None:
    row = mailed()
    response = anyone.get(asked(row)[action])

    assert response["Content-Security-Policy"] == POLICY
    assert (response["Referrer-Policy"], response["Cache-Control"]) == ("no-referrer", "no-store")
    assert (response["X-Frame-Options"], response.cookies) == ("DENY", {})


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_other_methods_are_refused(anyone: Client, method: str) -> None:
    response = anyone.generic(method, "/subscriptions/stop/x")

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, POST, OPTIONS")


def test_one_click_stops_the_mails_until_the_address_is_confirmed_anew(anyone: Client) -> None:
    row = mailed()
    anyone.post(asked(row)["confirm"])
    stop = f"/subscriptions/stop/{_stop_token(row)}"

    opened = anyone.get(stop)
    still = state(row)
    clicked = anyone.post(
        stop, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
    )
    again = anyone.post(stop)

    kept = Subscription.objects.get(pk=row.pk)
    assert (opened.status_code, still) == (200, "ACTIVE")
    assert (clicked.status_code, again.status_code) == (200, 200)
    assert (state(row), kept.disabled_reason, kept.active) == ("PAUSED", "STOPPED_BY_RECIPIENT", False)
    assert kept.confirmed is False


def test_a_contact_agrees_once_for_all_subscriptions_of_a_caller_and_its_own_go_on(anyone: Client) -> None:
    rows = [subscribed(contact_email=TO) for _ in range(4)]
    found = asked(rows[0])

    anyone.post(found["confirm"])
    later = subscribed(contact_email=TO.upper())

    assert state(rows[0]) == state(later) == "ACTIVE"
    assert len(mail.outbox) == 3  # no more than three a week
    assert Recipient.objects.filter(confirmed_time__isnull=False).count() == 5
    stop = f"/subscriptions/stop/{_stop_token(rows[2])}"
    anyone.post(stop)
    assert state(rows[2]) == "ACTIVE"
    assert not Recipient.objects.filter(confirmed_time__isnull=False).exists()


def test_never_again_ends_everything_and_nobody_can_ask_any_more(anyone: Client) -> None:
    first, second = mailed(), mailed()
    anyone.post(asked(first)["confirm"])
    never = links(0)["never"]

    page, pressed = anyone.get(never), anyone.post(never)
    third = mailed(TO.upper())
    mailer().round()

    assert (page.status_code, pressed.status_code) == (200, 200)
    assert {state(row) for row in (first, second)} <= {"PAUSED", "UNCONFIRMED"}
    assert state(third) == "UNCONFIRMED"
    assert len(mail.outbox) == 2
    call_command("allow_address", TO)
    fourth = mailed()
    mailer().round()
    assert (len(mail.outbox), state(fourth)) == (3, "UNCONFIRMED")


def test_a_revoked_caller_has_nobody_asked() -> None:
    mailed()
    revoke_caller(username="poller")

    mailer().round()

    assert mail.outbox == []
    assert not Mail.objects.filter(next_try_time__isnull=False).exists()


def test_an_address_that_does_not_exist_disables_and_is_asked_again_when_told_to(
    settings: Settings, api: Client
) -> None:
    row = mailed()
    with mail_server(settings, rcpt="550 5.1.1 No such user"):
        mailer().round()
        mailer().round()
    shown = api.get(f"{PATH}/{row.public_id}").json()
    resumed = send(api, "PATCH", f"{PATH}/{row.public_id}", {"active": True}).json()
    with mail_server(settings) as server:
        mailer().round()

    assert (shown["state"], shown["stateReason"]) == ("DISABLED", "ADDRESS_REFUSED")
    assert resumed["state"] == "UNCONFIRMED"
    assert len(server.raw) == 1


def test_asking_anew_sends_another_mail_and_ends_no_older_link(api: Client, anyone: Client) -> None:
    row = mailed()
    first = asked(row)["confirm"]
    for _ in range(2):  # the second finds one that waits already
        send(api, "PATCH", f"{PATH}/{row.public_id}", {"active": True})
    second = asked(row)["confirm"]

    pressed = anyone.post(first)

    assert (len(mail.outbox), first == second, pressed.status_code) == (2, False, 200)
    assert state(row) == "ACTIVE"


def test_links_in_mails_survive_another_delivery_key(settings: Settings, anyone: Client) -> None:
    row = mailed()
    token = _stop_token(row)
    settings.DELIVERY_KEYS = [Fernet.generate_key().decode(), *settings.DELIVERY_KEYS]
    call_command("rotate_delivery_keys", stdout=StringIO())
    settings.DELIVERY_KEYS = settings.DELIVERY_KEYS[:1]

    assert _stop_token(row) == token
    assert anyone.get(f"/subscriptions/stop/{token}").status_code == 200


def test_three_a_week_go_to_an_address_whoever_asks_and_the_next_waits() -> None:
    create_caller(username="other", channels=["lazada-th"])
    for number in range(5):
        mailed(public_id=f"sub-{number}")
    mailer().round()
    sent = len(mail.outbox)
    week_ago = datetime.now(UTC) - timedelta(days=7)
    Mail.objects.filter(first_try_time__isnull=False).update(first_try_time=week_ago)
    waiting = Mail.objects.filter(first_try_time=None, next_try_time__isnull=False)

    assert (sent, waiting.count()) == (3, 2)
    assert all(
        mail.next_try_time and mail.next_try_time > datetime.now(UTC) + timedelta(days=6) for mail in waiting
    )
    waiting.update(next_try_time=datetime.now(UTC))
    mailer().round()
    assert len(mail.outbox) == 5


def test_twenty_a_day_go_out_for_a_caller() -> None:
    for number in range(22):
        mailed(f"ops{number}@shop.example", public_id=f"sub-{number}")

    mailer().round()

    assert len(mail.outbox) == 20


def _stop_token(row: Subscription) -> str:
    return stop_token_of(Recipient.objects.get(subscription=row))


def changed_before_the_lock(row: Subscription, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The caller changes the address when the owner of the old one was found, and nothing is locked yet."""
    found = getattr(agreeing, name)

    def finding(*arguments: Any) -> Any:
        answer = found(*arguments)
        with transaction.atomic():
            now = Subscription.objects.get(pk=row.pk)
            now.settings = now.settings | {"to": "other@shop.example"}
            note_recipients(now, ask_again=False)
            now.save()
        return answer

    monkeypatch.setattr(agreeing, name, finding)


def test_who_agrees_while_the_address_is_changed_agrees_for_nobody_else(
    anyone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = mailed()
    token = asked(row)["confirm"].rpartition("/")[2]
    changed_before_the_lock(row, monkeypatch, "is_open")

    assert not agreeing.confirm(token)
    assert state(row) == "UNCONFIRMED"
    assert not Recipient.objects.filter(confirmed_time__isnull=False).exists()


def test_who_stops_while_the_address_is_changed_stops_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    row = mailed()
    token = stop_token_of(agreed(row))
    changed_before_the_lock(row, monkeypatch, "stoppable")

    recipient = agreeing.stoppable(token)
    assert recipient is not None
    agreeing.stop(recipient)

    assert state(row) == "UNCONFIRMED"
    assert Subscription.objects.get(pk=row.pk).active
