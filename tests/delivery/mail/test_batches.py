"""Files by e-mail from registration to the mail server, over real sockets (contract, sections 11 and 12)."""

import gzip
import hashlib
from email.message import EmailMessage
from typing import Any

import pytest
from django.core import mail as memory
from django.test import Client
from pytest_django import Settings

from callers.administration import revoke_caller
from delivery.files.stored import file_of
from delivery.mail.agreeing import stop
from delivery.mail.transport import Email
from delivery.models import Batch, Recipient, Subscription
from delivery.registration.representation import state_of
from delivery.transport import Facts
from testbed.events import event, new_orders
from tests.conftest import Credentials, Publish
from tests.delivery.mail.servers import mail_server
from tests.delivery.mail.subscribers import TO, delivered, links, mailer
from tests.delivery.registration.requests import PATH, send
from tests.shapes import assert_problem

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("poller")]

SCHEDULE = {"cron": "*/15 * * * *", "timeZone": "Asia/Bangkok"}


def subscribe(api: Client, **email: Any) -> Subscription:
    """One that mails what is there, whose address has not agreed yet."""
    body = {
        "name": "Shop",
        "mechanism": "email",
        "start": "beginning",
        "email": {"to": TO, "schedule": SCHEDULE},
    }
    body["email"] |= email  # type: ignore[operator]  # a dict
    answer = send(api, "POST", PATH, body)
    assert answer.status_code == 201, answer.content
    return Subscription.objects.get(public_id=answer.json()["subscriptionId"])


def confirmed(api: Client, **email: Any) -> Subscription:
    """The same, after its owner pressed the button."""
    row = subscribe(api, **email)
    mailer().round()
    assert Client().post(links()["confirm"]).status_code == 200
    return row


def again(row: Subscription) -> None:
    """Its next try is due, whatever it waited for."""
    Subscription.objects.filter(pk=row.pk).update(next_attempt_time=None)
    delivered(row)


def attached(mail: EmailMessage) -> tuple[str, bytes]:
    """Name and bytes of the one file."""
    (part,) = mail.iter_attachments()
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return str(part.get_filename()), content


def stop_link(mail: EmailMessage) -> str:
    """Where a mail program posts to unsubscribe."""
    return str(mail["List-Unsubscribe"]).strip(" <>")


def test_a_batch_arrives_with_its_file_byte_for_byte(
    api: Client, publish: Publish, settings: Settings
) -> None:
    publish(*new_orders(3))
    row = confirmed(api)
    with mail_server(settings) as server:
        delivered(row)

    (sent,) = server.mails
    batch = Batch.objects.get()
    name, content = attached(sent)
    plain = sent.get_body(("plain",))
    assert plain is not None
    text = plain.get_content()
    assert (server.to, sent["To"]) == ([TO], TO)
    assert sent["Subject"] == "[lazada-th] 3 orders changed (batch 1)"
    assert sent["Message-ID"] == f"<{row.public_id}.1.{batch.sha256[:16]}@status.example>"
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert stop_link(sent).startswith("https://status.example/subscriptions/stop/")
    assert (name, hashlib.sha256(content).hexdigest()) == (batch.name, batch.sha256)
    assert content.startswith(b"channelId,partnerId,orderId,")
    assert content.endswith(b"\r\n")
    assert "New: 3" in text
    assert batch.sha256 in text
    assert stop_link(sent) in text
    assert batch.delivered_time is not None


def test_nothing_is_mailed_and_nothing_tested_before_the_address_agreed(
    api: Client, publish: Publish, settings: Settings
) -> None:
    publish(*new_orders(1))
    row = subscribe(api)
    shown = api.get(f"{PATH}/{row.public_id}").json()
    with mail_server(settings) as server:
        delivered(row)
        tested = send(api, "POST", f"{PATH}/{row.public_id}/test")

    assert (shown["state"], shown["stateReason"], shown["active"]) == ("UNCONFIRMED", None, True)
    detail = "The owner of the address has not agreed yet, by the link in the mail that we sent."
    assert_problem(tested, 409, "UNCONFIRMED", detail=detail)
    assert server.raw == []


def test_a_test_is_a_mail_that_says_so(api: Client, settings: Settings) -> None:
    row = confirmed(api)
    with mail_server(settings) as server:
        told = send(api, "POST", f"{PATH}/{row.public_id}/test").json()
    with mail_server(settings, rcpt="550 5.1.1 No such user"):
        refused = send(api, "POST", f"{PATH}/{row.public_id}/test").json()

    assert told["delivered"] is True
    assert [mail["Subject"] for mail in server.mails] == ["[lazada-th] A test: nothing is attached"]
    assert (refused["delivered"], refused["attempt"]["status"]) == (False, 550)
    assert refused["attempt"]["detail"] == "the mail server refused the address: 5.1.1 No such user"
    assert state_of(Subscription.objects.get()) == "ACTIVE"


def test_a_connection_lost_after_the_data_sends_the_same_mail_again(
    api: Client, publish: Publish, settings: Settings
) -> None:
    publish(*new_orders(2))
    row = confirmed(api)
    with mail_server(settings, is_rude=True) as rude:
        delivered(row)
    failing = state_of(Subscription.objects.get())
    publish(*new_orders(4))
    with mail_server(settings) as server:
        again(row)

    assert failing == "FAILING"
    assert rude.mails[0]["Message-ID"] == server.mails[0]["Message-ID"]
    assert attached(rude.mails[0]) == attached(server.mails[0])
    assert state_of(Subscription.objects.get()) == "ACTIVE"


def test_an_address_that_is_refused_for_good_is_disabled_and_one_refused_for_now_is_tried_again(
    api: Client, publish: Publish, settings: Settings
) -> None:
    publish(*new_orders(1))
    row = confirmed(api)
    with mail_server(settings, rcpt="450 4.2.1 Greylisted"):
        delivered(row)
    passing = api.get(f"{PATH}/{row.public_id}").json()
    with mail_server(settings, rcpt="550 5.1.1 No such user"):
        again(row)
    for_good = api.get(f"{PATH}/{row.public_id}").json()

    assert (passing["state"], passing["active"]) == ("FAILING", True)
    assert (for_good["state"], for_good["stateReason"], for_good["active"]) == (
        "DISABLED",
        "ADDRESS_REFUSED",
        False,
    )


def test_a_revoked_caller_has_nothing_mailed(api: Client, publish: Publish, settings: Settings) -> None:
    publish(*new_orders(1))
    row = confirmed(api)
    revoke_caller(username="poller")
    with mail_server(settings) as server:
        delivered(row)

    assert server.raw == []


def test_who_stopped_while_a_file_was_being_made_is_not_sent_it(
    api: Client, publish: Publish, settings: Settings
) -> None:
    publish(*new_orders(1))
    row = confirmed(api)
    with mail_server(settings, rcpt="450 4.2.1 Greylisted"):
        delivered(row)
    batch, facts = Batch.objects.select_related("subscription").get(), Facts.of(row)
    stop(Recipient.objects.select_related("subscription").get())
    with mail_server(settings) as server:
        outcome = Email().send(facts, file_of(batch), 1, lambda: True)

    assert outcome is None
    assert server.raw == []


def test_one_click_in_a_mail_ends_the_next_one(api: Client, publish: Publish, settings: Settings) -> None:
    publish(*new_orders(1))
    row = confirmed(api)
    with mail_server(settings) as server:
        delivered(row)
        stop = stop_link(server.mails[0]).removeprefix("https://status.example")
        Client().post(stop, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
        publish(*new_orders(5))
        delivered(row)
        shown = api.get(f"{PATH}/{row.public_id}").json()
        resumed = send(api, "PATCH", f"{PATH}/{row.public_id}", {"active": True}).json()
        delivered(row)
        count = len(server.raw)
    memory.outbox.clear()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mailer().round()
    Client().post(links()["confirm"])

    assert (shown["state"], shown["stateReason"]) == ("PAUSED", "STOPPED_BY_RECIPIENT")
    assert (resumed["state"], count) == ("UNCONFIRMED", 1)
    assert api.get(f"{PATH}/{row.public_id}").json()["state"] == "ACTIVE"


def test_a_changed_address_is_asked_anew_and_the_old_one_gets_nothing_more(
    api: Client, publish: Publish, settings: Settings
) -> None:
    publish(*new_orders(1))
    row = confirmed(api)
    old = links()["confirm"]
    changed = send(api, "PATCH", f"{PATH}/{row.public_id}", {"email": {"to": "new@shop.example"}}).json()
    mailer().round()
    asked = memory.outbox[-1].to
    anyone = Client()
    refused = anyone.post(old).status_code
    still = state_of(Subscription.objects.get())
    anyone.post(links()["confirm"])
    with mail_server(settings) as server:
        delivered(row)

    assert (changed["state"], asked, still) == ("UNCONFIRMED", ["new@shop.example"], "UNCONFIRMED")
    assert refused in (200, 410)
    assert server.to == ["new@shop.example"]


@pytest.mark.parametrize(
    ("email", "parameter"),
    [
        ({"to": "nobody"}, "email.to"),
        ({"to": "a@shop.example, b@shop.example"}, "email.to"),
        ({"to": "a@shop.example;b@shop.example"}, "email.to"),
        ({"to": "Ops <ops@shop.example>"}, "email.to"),
        ({"to": "ops@shop.example\r\nBcc: x@evil.example"}, "email.to"),
        ({"to": "ops@shop.example\n"}, "email.to"),
        ({"to": '"a b"@shop.example'}, "email.to"),
        ({"to": "ops@[127.0.0.1]"}, "email.to"),
        ({"to": "ops@localhost"}, "email.to"),
        ({"to": "ops@ร้าน.example"}, "email.to"),
        ({"to": f"{'x' * 65}@shop.example"}, "email.to"),
        ({"to": f"ops@{'x.' * 130}example"}, "email.to"),
        ({"to": ["ops@shop.example"]}, "email.to"),
        ({"to": ""}, "email.to"),
        ({"to": None}, "email.to"),
        ({"too": TO}, "email.too"),
        ({"schedule": {"cron": "never"}}, "email.schedule.cron"),
    ],
)
def test_bad_input_is_named_and_nobody_is_asked(api: Client, email: dict[str, Any], parameter: str) -> None:
    body = {"name": "Shop", "mechanism": "email", "email": {"to": TO, "schedule": SCHEDULE} | email}

    response = send(api, "POST", PATH, body)

    assert response.status_code == 400
    assert parameter in [error["parameter"] for error in response.json()["errors"]]
    assert not Subscription.objects.exists()


@pytest.mark.parametrize("missing", ["EMAIL_URL", "DELIVERY_FROM", "PUBLIC_URL"])
def test_a_server_that_cannot_mail_says_so(api: Client, settings: Settings, missing: str) -> None:
    setattr(settings, missing, "")
    body = {"name": "Shop", "mechanism": "email", "email": {"to": TO, "schedule": SCHEDULE}}

    response = send(api, "POST", PATH, body)

    detail = "Mails are not set up on this server. Ask its operators, or use another mechanism."
    assert_problem(response, 503, "DELIVERY_NOT_SET_UP", detail=detail)


def test_files_for_people_are_guarded_against_formulas_unless_told(api: Client) -> None:
    guarded, plain = subscribe(api), subscribe(api, formulaGuard=False)

    assert [row.settings["formulaGuard"] for row in (guarded, plain)] == [True, False]


@pytest.mark.slow
def test_what_would_pass_seven_megabytes_is_two_mails_and_large_files_are_compressed(
    api: Client, publish: Publish, settings: Settings, caller: Credentials
) -> None:
    for order in range(75):
        detail = hashlib.sha512(str(order).encode()).hexdigest() * 8
        publish(
            *(
                event(orderId=f"L-{order}", eventId=f"l-{order}-{number}", detail=f"{number} {detail}")
                for number in range(90)
            )
        )
    row = confirmed(api)
    with mail_server(settings) as server:
        delivered(row)

    files = [attached(sent) for sent in server.mails]
    sizes = [len(gzip.decompress(content) if name.endswith(".gz") else content) for name, content in files]
    assert len(files) == 2
    assert 6_800_000 < sizes[0] <= 7_000_000 < sum(sizes)
    assert [sent.get_content_type() for sent in server.mails[0].iter_attachments()] == ["application/gzip"]
