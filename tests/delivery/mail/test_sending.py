"""One mail handed to real servers on sockets: taken, refused, lost, silent, slow."""

import socket
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path
from smtplib import SMTP
from threading import Timer
from typing import Any

import pytest
import trustme
from django.core.mail import EmailMessage
from pytest_django import Settings

from delivery.mail.message import build
from delivery.mail.sending import is_refused_for_good, send
from delivery.outcome import Kind
from tests.delivery.mail import servers
from tests.delivery.mail.servers import mail_server, talking


def message() -> EmailMessage:
    context = {"place": "channel lazada-th"}
    return build("test", to="ops@shop.example", subject="A test", message_id="sub0.1", context=context)


def test_a_server_takes_it(settings: Settings) -> None:
    with mail_server(settings) as server:
        outcome = send(message())

    assert (outcome.kind, outcome.status, outcome.detail) == (Kind.DELIVERED, 250, "")
    assert server.to == ["ops@shop.example"]
    assert server.mails[0]["From"] == "Order status <orders@status.example>"


def test_a_connection_lost_after_the_data_is_tried_again_with_the_same_message_id(settings: Settings) -> None:
    with mail_server(settings, is_rude=True) as server:
        outcomes = [send(message()), send(message())]

    assert [outcome.kind for outcome in outcomes] == [Kind.FAILED, Kind.FAILED]
    assert outcomes[0].detail == "the mail server ended the connection"
    assert [mail["Message-ID"] for mail in server.mails] == ["<sub0.1@status.example>"] * 2


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("550 5.1.1 No such user", Kind.BLOCKED),
        ("553 never heard of", Kind.BLOCKED),
        ("554 5.7.1 Relay access denied", Kind.FAILED),
        ("530 Authentication required", Kind.FAILED),
        ("450 4.2.1 Greylisted", Kind.FAILED),
        ("452 4.2.2 Mailbox full", Kind.FAILED),
    ],
)
def test_an_address_refused_for_good_is_told_from_one_refused_for_now(
    settings: Settings, answer: str, kind: Kind
) -> None:
    with mail_server(settings, rcpt=answer) as server:
        outcome = send(message())

    assert (outcome.kind, outcome.status) == (kind, int(answer[:3]))
    assert outcome.detail == f"the mail server refused the address: {answer[4:]}"
    assert server.raw == []


@pytest.mark.parametrize("answer", ["554 5.6.0 Looks like spam", "552 Too big", "451 Try later"])
def test_a_refusal_of_the_mail_is_none_of_the_address(settings: Settings, answer: str) -> None:
    with mail_server(settings, data=answer):
        outcome = send(message())

    assert (outcome.kind, outcome.status) == (Kind.FAILED, int(answer[:3]))
    assert outcome.detail == f"the mail server answered {answer[:3]}"


def open_sessions() -> list[SMTP]:
    """Sessions with mail servers that wait for their end."""
    timers = [thread for thread in threading.enumerate() if isinstance(thread, Timer)]
    waiting = [getattr(timer.function, "__self__", None) for timer in timers if not timer.finished.is_set()]
    return [session for session in waiting if isinstance(session, SMTP)]


@pytest.mark.parametrize("encryption", ["EMAIL_USE_TLS", "EMAIL_USE_SSL"])
@pytest.mark.parametrize(("host", "kind"), [("localhost", Kind.DELIVERED), ("127.0.0.1", Kind.FAILED)])
def test_the_certificate_of_the_server_must_be_for_its_name(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    encryption: str,
    host: str,
    kind: Kind,
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(tls)
    with mail_server(settings, tls=tls, is_wrapped=encryption == "EMAIL_USE_SSL"):
        setattr(settings, encryption, True)
        settings.EMAIL_HOST = host
        outcome = send(message())

    assert outcome.kind is kind
    assert outcome.detail == ("" if kind is Kind.DELIVERED else "TLS with the mail server failed")
    assert open_sessions() == []


def test_nobody_there_is_said(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        servers.use(settings, closed.getsockname()[1])

    outcome = send(message())

    assert (outcome.kind, outcome.detail) == (Kind.FAILED, "the mail server cannot be reached")


@pytest.mark.slow
@pytest.mark.parametrize("talk", [servers.silent, servers.dripping])
def test_a_silent_or_dripping_server_is_cut_off(
    settings: Settings, talk: Callable[[socket.socket], None]
) -> None:
    with talking(settings, talk):
        started = time.monotonic()
        outcome = send(message(), 1)

    assert 0.9 < time.monotonic() - started < 2
    assert (outcome.kind, outcome.detail) == (Kind.FAILED, "the mail server did not answer in time")


@pytest.mark.slow
def test_a_connection_that_comes_too_late_is_given_up(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = socket.create_connection

    def slowly(*args: Any, **kwargs: Any) -> socket.socket:
        time.sleep(1.2)
        return connect(*args, **kwargs)

    monkeypatch.setattr(socket, "create_connection", slowly)
    with mail_server(settings) as server:
        outcome = send(message(), 1)

    assert (outcome.kind, outcome.detail) == (Kind.FAILED, "the mail server did not answer in time")
    assert server.raw == []


@pytest.mark.slow
def test_a_handshake_of_tls_that_drips_is_cut_off_too(settings: Settings) -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(b"\x16\x03\x03\x40\x00")  # a handshake record of 16 KiB begins
        servers.dripping(connection)

    with talking(settings, drip):
        settings.EMAIL_USE_SSL = True
        started = time.monotonic()
        outcome = send(message(), 1)

    assert 0.9 < time.monotonic() - started < 2
    assert (outcome.kind, outcome.detail) == (Kind.FAILED, "the mail server did not answer in time")


@pytest.mark.parametrize(
    ("status", "text", "answer"),
    [
        (550, "", True),
        (550, "5.1.1 x", True),
        (550, "5.7.1 x", False),
        (530, "x", False),
        (450, "x", False),
        (250, "", False),
    ],
)
def test_what_an_answer_to_rcpt_means(status: int, text: str, answer: bool) -> None:
    assert is_refused_for_good(status, text) is answer
