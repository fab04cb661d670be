"""What a receiver answers, and what that means for the order and for the subscription."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from pytest_django import Settings

from delivery import connecting, webhook
from delivery.outcome import Kind
from tests.delivery.transport.receivers import (
    Answer,
    outcome_of,
    receiving,
    saying,
    sent,
    status,
    webhooks,
)

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture(autouse=True)
def opened(settings: Settings) -> None:
    settings.DELIVERY_NETWORKS = ["127.0.0.0/8"]


@pytest.mark.parametrize(
    ("line", "kind", "detail"),
    [
        ("200 OK", Kind.DELIVERED, ""),
        ("204 No Content", Kind.DELIVERED, ""),
        ("205 Reset Content", Kind.DELIVERED, ""),
        ("299 Fine", Kind.DELIVERED, ""),
        ("101 Switching", Kind.REFUSED, "answered 101"),
        ("301 Moved", Kind.REFUSED, "answered 301"),
        ("400 Bad", Kind.REFUSED, "answered 400"),
        ("408 Late", Kind.REFUSED, "answered 408"),
        ("410 Gone", Kind.GONE, "answered 410"),
        ("425 Early", Kind.REFUSED, "answered 425"),
        ("429 Slower", Kind.PACED, "answered 429"),
        ("500 Broken", Kind.REFUSED, "answered 500"),
        ("503 Away", Kind.REFUSED, "answered 503"),
    ],
)
def test_a_status_means_what_the_contract_says(line: str, kind: Kind, detail: str) -> None:
    outcome = outcome_of(status(line))

    assert (outcome.kind, outcome.status, outcome.detail) == (kind, int(line[:3]), detail)


@pytest.mark.parametrize("code", [429, 503])
@pytest.mark.parametrize(
    ("said", "wait"),
    [("7", 7), ("315360000", 315_360_000), ("0", None), ("-1", None), ("soon", None), ("1e3", None)],
)
def test_a_receiver_says_how_long_to_wait(code: int, said: str, wait: float | None) -> None:
    outcome = outcome_of(status(f"{code} Slower", f"Retry-After: {said}"))

    kind = Kind.PACED if code == 429 or wait else Kind.REFUSED
    assert (outcome.kind, outcome.retry_after) == (kind, wait)


def test_a_receiver_says_until_when_to_wait() -> None:
    now = datetime.now(UTC).replace(microsecond=0)

    def waits(seconds: int) -> float | None:
        date = format_datetime(now + timedelta(seconds=seconds), usegmt=True)
        return outcome_of(status("429 Slower", f"Retry-After: {date}")).retry_after

    later = waits(60)
    assert later is not None
    assert 50 < later <= 60
    assert waits(-60) is None


@pytest.mark.parametrize(
    "before", [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 3]
)
def test_what_is_said_before_the_answer_is_not_the_answer(before: bytes) -> None:
    assert outcome_of(saying(before, OK)).kind is Kind.DELIVERED


@pytest.mark.parametrize("status_line", ["204 No Content", "205 Reset Content", "200 OK"])
def test_a_body_that_should_not_be_there_is_not_the_next_answer(status_line: str) -> None:
    """Whoever speaks on after its answer has not answered what is sent next."""
    rude = saying(
        f"HTTP/1.1 {status_line}\r\nContent-Length: 0\r\n\r\n".encode(), b"HTTP/1.1 410 Gone\r\n\r\n"
    )

    async def deliver() -> list[Kind]:
        async with receiving(rude) as receiver, webhooks() as hooks:
            kinds = [(await sent(hooks, receiver.url)).kind]
            await asyncio.sleep(0.1)
            return [*kinds, (await sent(hooks, receiver.url)).kind]

    assert asyncio.run(deliver()) == [Kind.DELIVERED] * 2


def test_an_answer_of_http_1_0_is_an_answer() -> None:
    assert outcome_of(saying(b"HTTP/1.0 200 OK\r\n\r\n", then_close=True)).kind is Kind.DELIVERED


def test_a_redirect_is_not_followed() -> None:
    async def deliver() -> tuple[Kind, int]:
        async with receiving(status("200 OK")) as other, webhooks() as hooks:
            away = status("307 There", f"Location: {other.url}")
            async with receiving(away) as first:
                return (await sent(hooks, first.url)).kind, len(other.requests)

    assert asyncio.run(deliver()) == (Kind.REFUSED, 0)


@pytest.mark.parametrize(
    "body",
    [
        saying(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", *[b"x"] * 9, every=1),
        saying(b"HTTP/1.1 200 OK\r\nContent-Length: 10485760\r\n\r\n", b"x" * 10_485_760),
        saying(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", then_close=True),
        saying(b"HTTP/1.1 200 OK\r\n\r\nall", then_close=True),
    ],
    ids=["dripping", "10 MB", "cut", "ended by closing"],
)
def test_the_body_of_an_answer_changes_nothing_and_takes_a_second_at_most(body: Answer) -> None:
    began = datetime.now(UTC)
    outcome = outcome_of(body)

    assert outcome.kind is Kind.DELIVERED
    assert datetime.now(UTC) - began < timedelta(seconds=2.5)


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        (saying(then_close=True), "the connection ended without an answer"),
        (saying(b"SSH-2.0-OpenSSH\r\n", then_close=True), "no proper answer (ClientResponseError)"),
        (saying(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000), "no proper answer (ClientResponseError)"),
        (saying(), "no answer in time"),
        (saying(*[bytes([byte]) for byte in OK], every=0.1), "no answer in time"),
        (saying(*[b"HTTP/1.1 103 Early Hints\r\n\r\n"] * 100, every=0.02), "no answer in time"),
    ],
    ids=["closed", "no HTTP", "a huge head", "black hole", "a byte at a time", "1xx without end"],
)
def test_no_answer_after_connecting_refuses_the_order(
    answer: Answer, detail: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "ANSWER_SECONDS", 0.5)

    outcome = outcome_of(answer)

    assert (outcome.kind, outcome.status, outcome.detail) == (Kind.REFUSED, None, detail)
    assert outcome.milliseconds < 1000


def test_a_body_that_is_unfinished_after_15_seconds_does_not_undo_a_head_that_was_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(webhook, "ANSWER_SECONDS", 0.5)

    outcome = outcome_of(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", *[b"x"] * 9, every=0.2))

    assert (outcome.kind, outcome.status) == (Kind.DELIVERED, 200)


def test_a_head_may_take_15_seconds_and_a_connection_3() -> None:
    assert (webhook.ANSWER_SECONDS, connecting.CONNECT_SECONDS) == (15, 3)


def test_what_an_opened_network_answers_is_shown_to_nobody() -> None:
    async def deliver() -> list[str]:
        async with receiving(saying(OK)) as receiver, webhooks() as hooks:
            answers = [(await sent(hooks, receiver.url)).answer for _ in range(2)]
            assert receiver.connections == 1  # the second went over a kept connection
            return answers

    assert asyncio.run(deliver()) == ["", ""]
