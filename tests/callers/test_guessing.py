from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from tests.conftest import Credentials
from tests.shapes import assert_quota_exceeded

pytestmark = [pytest.mark.wire, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def three_guesses(settings: Settings) -> None:
    settings.GUESS_RATE = "3/m"


def guess(username: str, address: str = "192.0.2.1", key: str = "wrong", **more: Any) -> Any:
    """One attempt from an address."""
    body = {"auth": {"apiKeyCredentials": {"username": username, "apiKey": key}}}
    return Client().post(
        "/identity/token", body, content_type="application/json", REMOTE_ADDR=address, **more
    )


def statuses(*attempts: tuple[str, str]) -> list[int]:
    return [guess(username, address).status_code for username, address in attempts]


def test_one_name_can_be_guessed_at_three_times_a_minute_from_wherever() -> None:
    found = statuses(*[("poller", f"192.0.2.{number}") for number in range(5)])

    assert found == [401, 401, 401, 429, 429]


def test_one_address_can_guess_three_times_a_minute_at_whomever() -> None:
    found = statuses(*[(f"poller-{number}", "192.0.2.1") for number in range(5)])

    assert found == [401, 401, 401, 429, 429]


def test_other_names_from_other_addresses_are_not_concerned() -> None:
    statuses(*[("poller", "192.0.2.1")] * 5)

    assert statuses(("other", "192.0.2.2")) == [401]


def test_who_has_the_key_is_never_locked_out(caller: Credentials) -> None:
    statuses(*[(caller.username, "192.0.2.1")] * 5)

    response = guess(caller.username, key=caller.key)

    assert response.status_code == 200


def test_right_keys_are_not_counted(caller: Credentials) -> None:
    found = [guess(caller.username, key=caller.key).status_code for _ in range(5)]

    assert found == [200] * 5


@pytest.mark.parametrize("second", [0, 13, 59])
def test_a_refusal_tells_how_long_to_wait_and_that_is_enough(second: int) -> None:
    with time_machine.travel(f"2026-11-23T10:00:{second:02}Z", tick=False) as clock:
        statuses(*[("poller", "192.0.2.1")] * 3)
        refused = guess("poller")
        clock.shift(int(refused["Retry-After"]))
        again = guess("poller")

    assert_quota_exceeded(refused, "3 in 60 seconds", "address", "username")
    assert again.status_code == 401


def test_what_a_client_claims_of_its_address_does_not_count() -> None:
    found = [
        guess(f"poller-{number}", headers={"X-Forwarded-For": f"198.51.100.{number}"}).status_code
        for number in range(5)
    ]

    assert found == [401, 401, 401, 429, 429]


def test_behind_our_own_proxy_the_address_that_it_saw_counts(settings: Settings) -> None:
    settings.TRUST_PROXY = True

    def through_proxy(seen: str) -> int:
        forwarded = {"X-Forwarded-For": f"203.0.113.9, {seen}"}
        return int(guess(f"name-for-{seen}", "10.0.0.1", headers=forwarded).status_code)

    found = [through_proxy("198.51.100.1") for _ in range(4)] + [through_proxy("198.51.100.2")]

    assert found == [401, 401, 401, 429, 401]


@pytest.mark.parametrize(
    "addresses",
    [
        [f"2001:db8:7:8:{number}::1" for number in range(5)],
        [f"2001:db8::{number}%eth0" for number in range(5)],
        [f"[2001:db8::{number}]:{50_000 + number}" for number in range(5)],
        [f"198.51.100.1:{50_000 + number}" for number in range(5)],
        ["198.51.100.1", "::ffff:198.51.100.1", "198.51.100.1:1", "[::ffff:198.51.100.1]:2", "198.51.100.1"],
    ],
)
def test_one_place_has_one_count_by_whichever_of_its_addresses_and_ports(
    settings: Settings, addresses: list[str]
) -> None:
    settings.TRUST_PROXY = True
    guesses = [
        guess(f"poller-{number}", "10.0.0.1", headers={"X-Forwarded-For": address})
        for number, address in enumerate(addresses)
    ]

    assert [response.status_code for response in guesses] == [401, 401, 401, 429, 429]


@pytest.mark.parametrize(
    "address", ["unknown", "", ":", "[", "]:1", "_hidden", "1.2.3.4.5", "::1::", "x" * 5000]
)
def test_what_is_no_address_is_counted_as_it_stands(settings: Settings, address: str) -> None:
    settings.TRUST_PROXY = True
    headers = {"X-Forwarded-For": f"198.51.100.1, {address}"}
    found = [guess(f"poller-{number}", headers=headers).status_code for number in range(5)]

    assert found == [401, 401, 401, 429, 429]
