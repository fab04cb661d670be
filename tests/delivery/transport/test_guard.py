"""To public addresses only, looked at when a connection is made."""

import asyncio
import socket
import threading
from typing import Any

import pytest
from pytest_django import Settings

from delivery import guard, names
from delivery.outcome import Kind, Outcome
from tests.delivery.transport.receivers import receiving, saying, sent, status, webhooks

NOT_PUBLIC = "address refused: not a public address"


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_a_public_address_is_good(address: str) -> None:
    assert guard.why_not(address) == ""


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104 - nothing is bound to it
        "0.1.2.3",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:0:7f00:1",
        "64:ff9b::7f00:1",
        "64:ff9b::808:808",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:808:808::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "4000::1",
    ],
)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert guard.why_not(address) == "not a public address"


def test_the_operator_opens_networks_and_what_is_closed_stays_closed(settings: Settings) -> None:
    settings.DELIVERY_NETWORKS = ["10.0.0.0/8"]
    settings.DELIVERY_DENY = ["10.9.0.0/16", "8.8.8.0/24", "2606:4700::/32"]
    asked = ["10.1.1.1", "::ffff:10.1.1.1", "10.9.1.1", "::ffff:8.8.8.8", "2606:4700::1", "192.168.1.1"]

    closed = "closed by the operator"
    assert [guard.why_not(address) for address in asked] == ["", "", *[closed] * 3, "not a public address"]


def answering(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Have the system say these addresses, one list for each lookup, the last one ever after."""
    asked: list[str] = []

    def look_up(host: str, port: int, family: int) -> list[Any]:
        found = answers[min(len(asked), len(answers) - 1)]
        asked.append(host)
        kinds = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(kinds[":" in text], socket.SOCK_STREAM, 6, "", (text, port)) for text in found]

    monkeypatch.setattr(names, "look_up", look_up)
    return asked


def delivered(host: str, times: int = 1) -> tuple[list[Outcome], int]:
    """What comes of deliveries to a receiver that listens on 127.0.0.1, and how many reached it."""

    async def deliver() -> tuple[list[Outcome], int]:
        async with receiving(status("204 No Content", "Connection: close")) as receiver, webhooks() as hooks:
            receiver.host = host
            outcomes = []
            for _ in range(times):
                outcomes.append(await sent(hooks, receiver.url))
                hooks._session.connector.clear_dns_cache()  # type: ignore[union-attr]
            return outcomes, receiver.connections

    return asyncio.run(deliver())


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f000001", "0177.0.0.1", "127.1"],
)
def test_no_way_to_write_our_own_address_gets_through(host: str) -> None:
    (outcome,), connections = delivered(host)

    assert (outcome.kind, connections) == (Kind.BLOCKED, 0)
    assert outcome.detail in (NOT_PUBLIC, "address refused: written in an unusual form")


def test_a_name_that_changes_its_mind_is_refused_when_we_connect(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.DELIVERY_NETWORKS = ["127.0.0.1/32"]  # stands for a public address
    answering(monkeypatch, ["127.0.0.1"], ["127.0.0.2"])

    (first, second), connections = delivered("shop.example", times=2)

    assert (first.kind, second.kind, second.detail) == (Kind.DELIVERED, Kind.BLOCKED, NOT_PUBLIC)
    assert connections == 1


def test_of_several_addresses_only_those_are_tried_that_are_public(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.DELIVERY_NETWORKS = ["127.0.0.1/32"]
    answering(monkeypatch, ["10.0.0.1", "127.0.0.2", "127.0.0.1"])

    (outcome,), connections = delivered("shop.example")

    assert (outcome.kind, connections) == (Kind.DELIVERED, 1)


def test_a_public_address_that_is_down_beside_a_refused_one_is_a_receiver_that_fails(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.DELIVERY_NETWORKS = ["127.0.0.3/32"]
    answering(monkeypatch, ["10.0.0.1", "127.0.0.3"])

    (outcome,), _ = delivered("shop.example")

    assert outcome.kind is Kind.FAILED


def test_silent_name_servers_delay_no_other_name(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.DELIVERY_NETWORKS = ["127.0.0.1/32"]
    released = []

    def look_up(host: str, port: int, family: int) -> list[Any]:
        if host.startswith("silent"):
            released.append(host)
            waiting.acquire(timeout=5)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    waiting = threading.Semaphore(0)
    monkeypatch.setattr(names, "look_up", look_up)

    async def deliver() -> Outcome:
        async with receiving(saying(b"HTTP/1.1 204 No Content\r\n\r\n")) as receiver, webhooks() as hooks:
            others = [
                asyncio.create_task(sent(hooks, receiver.url.replace("127.0.0.1", f"silent{n}")))
                for n in range(100)
            ]
            await asyncio.sleep(0.1)
            outcome = await sent(hooks, receiver.url.replace("127.0.0.1", "shop.example"))
            waiting.release(100)
            await asyncio.gather(*others)
            return outcome

    outcome = asyncio.run(deliver())
    assert (outcome.kind, len(released)) == (Kind.DELIVERED, 100)
    assert outcome.milliseconds < 1000


def test_a_name_that_answers_waits_behind_no_number_of_silent_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "MAX_LOOKUPS", 2)
    waiting = threading.Semaphore(0)

    def look_up(host: str, port: int, family: int) -> list[Any]:
        if host.startswith("silent"):
            waiting.acquire(timeout=5)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(names, "look_up", look_up)

    async def resolve() -> list[str]:
        found = names.Names()
        await found.resolve("shop.example")
        others = [asyncio.create_task(found.resolve(f"silent{number}")) for number in range(9)]
        await asyncio.sleep(0.05)
        try:
            async with asyncio.timeout(1):
                return [address["host"] for address in await found.resolve("shop.example")]
        finally:
            waiting.release(9)
            await asyncio.gather(*others)

    assert asyncio.run(resolve()) == ["127.0.0.1"]


def test_a_redirected_address_is_never_asked_for(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DELIVERY_NETWORKS = ["127.0.0.1/32"]
    asked = answering(monkeypatch, ["127.0.0.1"])

    async def deliver() -> Outcome:
        away = status("302 Away", "Location: http://inside.example/")
        async with receiving(away) as receiver, webhooks() as hooks:
            return await sent(hooks, receiver.url)

    assert asyncio.run(deliver()).kind is Kind.REFUSED
    assert asked == []
