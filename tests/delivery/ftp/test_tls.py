"""Explicit TLS: certificate and name are checked, data are encrypted, and the session is reused for them."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pyftpdlib.handlers import TLS_FTPHandler

from delivery.outcome import Kind
from tests.delivery.ftp.ftp_server import ftp_server
from tests.delivery.ftp.place import PASSWORD, Place, sent
from tests.delivery.transport.certificates import Authority


@contextmanager
def serving(root: Path, authority: Authority, host: str = "localhost", **options: Any) -> Iterator[Place]:
    """A server with a certificate of this name, that is called localhost."""
    authority.server(host, **options)
    with ftp_server(root, authority.folder / "server.pem") as place:
        place.host = "localhost"
        yield place


@pytest.mark.parametrize(
    ("host", "options", "told"),
    [
        ("localhost", {"days": -1}, "TLS failed: certificate has expired"),
        ("localhost", {"self_signed": True}, "TLS failed: self-signed certificate"),
        (
            "ftp.shop.example",
            {},
            "TLS failed: Hostname mismatch, certificate is not valid for 'localhost'.",
        ),
    ],
)
def test_a_bad_certificate_is_told_before_the_password(
    root: Path, authority: Authority, host: str, options: dict[str, Any], told: str
) -> None:
    with serving(root, authority, host, **options) as place:
        outcome = sent(place)

    assert (outcome.kind, outcome.detail) == (Kind.FAILED, told)


def test_a_server_without_tls_gets_no_password(ftp: Place) -> None:
    ftp.scheme = "ftps"

    outcome = sent(ftp)

    assert (outcome.kind, outcome.detail) == (Kind.FAILED, "the server offers no TLS (AUTH TLS)")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_the_session_is_reused_by_both_versions(
    root: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch, version: ssl.TLSVersion
) -> None:
    """The server of these tests refuses data connections that do not reuse it."""
    made = ssl.create_default_context

    def of_this_version() -> ssl.SSLContext:
        context = made()
        context.minimum_version = context.maximum_version = version
        return context

    monkeypatch.setattr(ssl, "create_default_context", of_this_version)
    with serving(root, authority) as place:
        assert sent(place).kind is Kind.DELIVERED


def test_a_data_connection_that_is_refused_is_told(ftps: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    wrapped = ssl.SSLContext.wrap_socket

    def without_session(self: ssl.SSLContext, *args: Any, session: Any = None, **kwargs: Any) -> Any:
        return wrapped(self, *args, **kwargs)

    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", without_session)

    outcome = sent(ftps)

    assert (outcome.kind, outcome.status) == (Kind.FAILED, 522)
    assert outcome.detail == "the server refuses the encrypted data connection"


def test_a_server_that_does_not_encrypt_data_gets_none(ftps: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TLS_FTPHandler, "ftp_PROT", lambda self, line: self.respond("536 Not here"))

    outcome = sent(ftps)

    assert (outcome.kind, outcome.status) == (Kind.FAILED, 536)
    assert outcome.detail == "the server does not encrypt data (PROT P)"
    assert ftps.there() == {}


def test_the_operators_files_of_authorities_are_used(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    with serving(root, authority) as place:
        refused = sent(place)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        accepted = sent(place)

    assert (refused.kind, accepted.kind) == (Kind.FAILED, Kind.DELIVERED)
    assert PASSWORD not in refused.detail
