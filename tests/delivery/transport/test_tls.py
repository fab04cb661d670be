"""TLS: only receivers whose certificate is trusted, in time and of their name are sent anything."""

import asyncio
import ssl
import warnings
from pathlib import Path

import aiohttp.connector
import pytest
from pytest_django import Settings

from delivery.outcome import Kind, Outcome
from tests.delivery.transport.certificates import Authority
from tests.delivery.transport.receivers import receiving, sent, status, webhooks


@pytest.fixture(autouse=True)
def opened(settings: Settings) -> None:
    settings.DELIVERY_NETWORKS = ["127.0.0.0/8", "::1/128"]


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """An authority that the transport trusts, by adding it to the context that it verifies with."""
    made = Authority(tmp_path)
    trusting = ssl.create_default_context()
    trusting.load_verify_locations(made.file)
    trusting.set_alpn_protocols(("http/1.1",))
    monkeypatch.setattr(aiohttp.connector, "_SSL_CONTEXT_VERIFIED", trusting)
    return made


def delivered(context: ssl.SSLContext) -> tuple[Outcome, int]:
    """What comes of a delivery to https://localhost, and how many requests arrived."""

    async def deliver() -> tuple[Outcome, int]:
        async with receiving(status("204 No Content"), context) as receiver, webhooks() as hooks:
            return await sent(hooks, receiver.url), len(receiver.requests)

    return asyncio.run(deliver())


def test_a_trusted_certificate_of_the_right_name_is_good(authority: Authority) -> None:
    outcome, requests = delivered(authority.server("localhost"))

    assert (outcome.kind, outcome.detail, requests) == (Kind.DELIVERED, "", 1)


@pytest.mark.parametrize(
    ("host", "days", "self_signed", "reason"),
    [
        ("localhost", -1, False, "certificate has expired"),
        ("shop.example", 1, False, "Hostname mismatch"),
        ("localhost", 1, True, "self-signed certificate"),
    ],
)
def test_a_bad_certificate_means_that_the_receiver_fails(
    authority: Authority, host: str, days: int, self_signed: bool, reason: str
) -> None:
    outcome, requests = delivered(authority.server(host, days=days, self_signed=self_signed))

    assert (outcome.kind, outcome.status, requests) == (Kind.FAILED, None, 0)
    assert outcome.detail.startswith("TLS failed: ")
    assert reason in outcome.detail
    assert "secret-path" not in outcome.detail


def test_an_old_protocol_means_that_the_receiver_fails(authority: Authority) -> None:
    context = authority.server("localhost")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that it is old is why we test it
        context.minimum_version = ssl.TLSVersion.TLSv1_1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    outcome, requests = delivered(context)

    assert (outcome.kind, requests) == (Kind.FAILED, 0)
    assert outcome.detail.startswith(("TLS failed: ", "cannot connect: "))  # as OpenSSL ends it
