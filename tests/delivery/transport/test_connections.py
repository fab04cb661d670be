"""Connections to receivers: dead, silent, kept and cut; nothing of the environment, nothing remembered."""

import asyncio
import socket
import struct
import time

import pytest
from pytest_django import Settings

from delivery import connecting, guard
from delivery.outcome import Kind, Outcome
from tests.delivery.transport.receivers import message_to, receiving, saying, sent, status, webhooks

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture(autouse=True)
def opened(settings: Settings) -> None:
    settings.DELIVERY_NETWORKS = ["127.0.0.0/8"]


def outcome_at(url: str) -> Outcome:
    async def deliver() -> Outcome:
        async with webhooks() as hooks:
            return await sent(hooks, url)

    return asyncio.run(deliver())


def test_a_dead_port_means_that_the_receiver_fails() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        outcome = outcome_at(f"http://127.0.0.1:{bound.getsockname()[1]}/secret-path")

    assert (outcome.kind, outcome.status) == (Kind.FAILED, None)
    assert outcome.detail.startswith("cannot connect: ")
    assert "secret-path" not in outcome.detail


def test_an_unknown_name_means_that_the_receiver_fails() -> None:
    outcome = outcome_at("http://nobody.invalid/secret-path")

    assert (outcome.kind, outcome.detail) == (Kind.FAILED, "the name is not known")


def test_a_port_that_accepts_nobody_is_left_after_the_time_to_connect(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connecting, "CONNECT_SECONDS", 0.5)
    with socket.socket() as silent, socket.socket() as filling, socket.socket() as more:
        silent.bind(("127.0.0.1", 0))
        silent.listen(0)
        for waiting in (filling, more):
            waiting.setblocking(False)
            waiting.connect_ex(silent.getsockname())
        began = time.monotonic()
        outcome = outcome_at(f"http://127.0.0.1:{silent.getsockname()[1]}/")

    assert (outcome.kind, outcome.detail) == (Kind.FAILED, "no connection in time")
    assert time.monotonic() - began < 1.5


@pytest.mark.parametrize("linger", [0, 1], ids=["reset", "closed"])
def test_kept_connections_that_were_cut_cost_one_more_try_on_a_fresh_one(linger: int) -> None:
    async def deliver() -> tuple[list[Kind], int, int]:
        async def answer(writer: asyncio.StreamWriter) -> None:
            if len(receiver.requests) <= 3:
                await asyncio.sleep(0.1)  # so that there are three connections
                await saying(OK)(writer)
            elif len(receiver.requests) == 4:
                cut = writer.get_extra_info("socket")
                cut.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, linger))
                writer.transport.abort()
            else:
                await saying(OK)(writer)

        async with receiving(answer) as receiver, webhooks() as hooks:
            await asyncio.gather(*(sent(hooks, receiver.url) for _ in range(3)))
            kinds = [(await sent(hooks, receiver.url)).kind]
            return kinds, len(receiver.requests), receiver.connections

    assert asyncio.run(deliver()) == ([Kind.DELIVERED], 5, 4)


def test_it_is_not_tried_a_third_time_and_is_the_same_both_times() -> None:
    async def deliver() -> tuple[Outcome, list[tuple[str, bytes]]]:
        async def answer(writer: asyncio.StreamWriter) -> None:
            await saying(OK if len(receiver.requests) == 1 else b"", then_close=len(receiver.requests) > 1)(
                writer
            )

        async with receiving(answer) as receiver, webhooks() as hooks:
            await sent(hooks, receiver.url)
            return await sent(hooks, receiver.url), receiver.requests[1:]

    outcome, (first, second) = asyncio.run(deliver())
    assert (outcome.kind, outcome.detail) == (Kind.REFUSED, "the connection ended without an answer")
    assert second[0].replace("Connection: close\r\n", "") == first[0]
    assert second[1] == first[1]


def test_what_began_to_answer_is_not_tried_again() -> None:
    async def deliver() -> tuple[Kind, int]:
        async def answer(writer: asyncio.StreamWriter) -> None:
            if len(receiver.requests) == 1:
                await saying(OK)(writer)
            else:
                await saying(b"HTTP/1.1 200 OK\r\nX-A: b\r\n", every=0.05, then_close=True)(writer)

        async with receiving(answer) as receiver, webhooks() as hooks:
            await sent(hooks, receiver.url)
            return (await sent(hooks, receiver.url)).kind, len(receiver.requests)

    assert asyncio.run(deliver()) == (Kind.REFUSED, 2)


def test_nothing_is_sent_once_it_may_not_begin() -> None:
    async def deliver() -> tuple[Outcome | None, Outcome | None, int]:
        async with receiving(saying(OK)) as receiver, webhooks() as hooks:
            fresh = await hooks.carry(message_to(receiver.url), lambda: False)
            await sent(hooks, receiver.url)
            return fresh, await hooks.carry(message_to(receiver.url), lambda: False), len(receiver.requests)

    assert asyncio.run(deliver()) == (None, None, 1)


def test_a_cookie_is_not_kept_and_no_proxy_is_taken_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    async def deliver() -> list[str]:
        async with receiving(status("200 OK", "Set-Cookie: a=b")) as receiver, webhooks() as hooks:
            assert [(await sent(hooks, receiver.url)).kind for _ in range(2)] == [Kind.DELIVERED] * 2
            return [head for head, _ in receiver.requests]

    assert not any("cookie" in head.lower() for head in asyncio.run(deliver()))


def test_authorization_goes_to_its_own_receiver_only() -> None:
    async def deliver() -> list[bool]:
        async with receiving(saying(OK)) as one, receiving(saying(OK)) as other, webhooks() as hooks:
            await sent(hooks, one.url, authorization="Bearer a-secret")
            await sent(hooks, other.url)
            return ["Authorization: Bearer a-secret" in to.requests[0][0] for to in (one, other)]

    assert asyncio.run(deliver()) == [True, False]


def test_authorization_that_a_receiver_repeats_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "is_opened", lambda host: False)
    body = b"Authorization: Bearer a-secret; a-secret is not known"
    echo = b"HTTP/1.1 403 Forbidden\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)

    async def deliver() -> Outcome:
        async with receiving(saying(echo)) as receiver, webhooks() as hooks:
            return await sent(hooks, receiver.url, authorization="Bearer a-secret")

    assert asyncio.run(deliver()).answer == "Authorization: ...; ... is not known"


def test_plain_http_that_the_operator_allows_no_more_is_not_sent(settings: Settings) -> None:
    settings.DELIVERY_ALLOW = []

    async def deliver() -> tuple[Outcome, int]:
        async with receiving(saying(OK)) as receiver, webhooks() as hooks:
            return await sent(hooks, receiver.url), receiver.connections

    blocked = Outcome(Kind.BLOCKED, detail="plain http is not allowed any more")
    assert asyncio.run(deliver()) == (blocked, 0)
