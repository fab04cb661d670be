"""What EMAIL_URL and DELIVERY_FROM mean for Django."""

from typing import Any

import pytest
from django.test import override_settings
from pytest_django import Settings

from acommerce_status import environment
from acommerce_status.checks import check_settings
from acommerce_status.email_url import mail_settings
from delivery.mail.message import build
from delivery.mail.sending import send
from delivery.outcome import Kind

SMTP = {
    "EMAIL_BACKEND": "delivery.mail.smtp.Backend",
    "EMAIL_HOST": "mail.example.com",
    "EMAIL_HOST_USER": "user@x",
    "EMAIL_HOST_PASSWORD": "p/w:",
}
WHOLE = {"EMAIL_URL": "x", "DELIVERY_FROM": "a@b.example", "PUBLIC_URL": "https://x.example"}


@pytest.mark.parametrize(
    ("scheme", "port", "tls", "ssl"),
    [("smtp", 25, False, False), ("smtp+tls", 587, True, False), ("smtps", 465, False, True)],
)
def test_a_server_of_mails(scheme: str, port: int, tls: bool, ssl: bool) -> None:
    found = mail_settings("EMAIL_URL", f"{scheme}://user%40x:p%2Fw%3A@mail.example.com")

    assert found == SMTP | {"EMAIL_PORT": port, "EMAIL_USE_TLS": tls, "EMAIL_USE_SSL": ssl}
    assert mail_settings("EMAIL_URL", f"{scheme}://mail.example.com:2525")["EMAIL_PORT"] == 2525


def test_a_folder_and_the_terminal_stand_in_for_one() -> None:
    assert mail_settings("EMAIL_URL", "filemail:///srv/a%20b") == {
        "EMAIL_BACKEND": "delivery.mail.folder.Backend",
        "EMAIL_FILE_PATH": "/srv/a b",
    }
    assert mail_settings("EMAIL_URL", "consolemail://") == {
        "EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"
    }
    assert mail_settings("EMAIL_URL", "") == {}


def test_a_provider_of_anymail_gets_its_settings() -> None:
    found = mail_settings("EMAIL_URL", "anymail+mailgun://?api_key=k%26y&sender_domain=example.com")

    assert found == {
        "EMAIL_BACKEND": "anymail.backends.mailgun.EmailBackend",
        "ANYMAIL": {"MAILGUN_API_KEY": "k&y", "MAILGUN_SENDER_DOMAIN": "example.com"},
    }


def test_anymail_takes_our_mails(settings: Settings) -> None:
    settings.DELIVERY_FROM, settings.PUBLIC_URL = "orders@status.example", "https://status.example"
    with override_settings(**mail_settings("EMAIL_URL", "anymail+test://")):
        message = build("test", to="ops@shop.example", subject="A test", message_id="1", context={})
        outcome = send(message)

    assert (outcome.kind, outcome.detail) == (Kind.DELIVERED, "")
    params: dict[str, Any] = message.anymail_test_params  # type: ignore[attr-defined]  # anymail's test backend
    assert params["extra_headers"]["Message-ID"] == "<1@status.example>"


def test_a_sender_may_have_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "Orders, of us <orders@example.com>")
    with pytest.raises(Exception, match="must look like"):
        environment.sender("X")
    monkeypatch.setenv("X", "Orders <orders@example.com>")

    assert environment.sender("X") == "Orders <orders@example.com>"


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"EMAIL_URL": "", "DELIVERY_FROM": ""}, []),
        ({"DELIVERY_FROM": ""}, ["acommerce.E008"]),
        ({"PUBLIC_URL": ""}, ["acommerce.E008"]),
        ({"PUBLIC_URL": "http://x.example", "HTTPS": True, "TRUST_PROXY": True}, ["acommerce.W002"]),
    ],
)
def test_half_a_set_up_is_told(settings: Settings, changes: dict[str, Any], found: list[str]) -> None:
    for name, value in (WHOLE | changes).items():
        setattr(settings, name, value)

    said = [message.id for message in check_settings(None)]

    assert [name for name in said if name in ("acommerce.E008", "acommerce.W002")] == found
