"""A key that is rotated or revoked while a token is got with it, either held before each of its steps."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count, product
from typing import Any

import pytest
from django.test import Client

from callers.administration import create_caller, revoke_caller, rotate_key
from callers.models import RetiredKey, Token
from callers.tokens import Unrecognised, access_by_token, forget_tokens
from testbed.tokens import issue_token
from tests.callers.held import Held
from tests.conftest import Credentials

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed")]

TOKEN_STEPS = range(6)
"""Compare, lock, compare again, delete what has ended, insert, commit."""
ROTATION_STEPS = range(7)
"""As many as rotate_key has with an overlap; without one, and in revoke_caller, there are fewer."""

_numbers = count(1)


def identify(caller: Credentials) -> str:
    """The token that POST /identity/token answers with; nothing when it answers 401."""
    body = {"auth": {"apiKeyCredentials": {"username": caller.username, "apiKey": caller.key}}}
    response = Client().post("/identity/token", body, content_type="application/json")
    assert response.status_code in (200, 401)
    return response.json()["token"]["token_id"] if response.status_code == 200 else ""


def races(end: Callable[[str], Any], token_step: int) -> list[tuple[Credentials, str, Any]]:
    """Getting a token, held before this step, and ending its key, held before each of its own; every order.

    Of each race its caller, the token that it got or nothing, and what `end` returned.
    """
    orders = product(ROTATION_STEPS, (True, False), (True, False))
    return [race(end, token_step, *order) for order in orders]


def race(
    end: Callable[[str], Any], token_step: int, end_step: int, token_first: bool, first_goes_on_first: bool
) -> tuple[Credentials, str, Any]:
    name = f"caller-{next(_numbers)}"
    caller = Credentials(name, create_caller(username=name, channels=["lazada-th"]))
    works = [(lambda: identify(caller), token_step), (lambda: end(name), end_step)]
    held = []
    for work, step in works if token_first else works[::-1]:
        held.append(Held(work, step))
        held[-1].settle()
    for each in held if first_goes_on_first else held[::-1]:
        each.go_on()
    token, ended = [each.end() for each in (held if token_first else held[::-1])]
    return caller, token, ended


def is_good(token: str) -> bool:
    """Whether a process that has never seen this token takes it."""
    forget_tokens()
    try:
        return bool(access_by_token(token))
    except Unrecognised:
        return False


def opens(caller: Credentials) -> bool:
    """Whether the key is taken."""
    try:
        return bool(issue_token(username=caller.username, key=caller.key))
    except Unrecognised:
        return False


@pytest.mark.parametrize("step", TOKEN_STEPS)
def test_no_token_outlives_the_rotation_of_its_key(step: int) -> None:
    found = races(lambda name: rotate_key(username=name), step)

    assert len(found) == len(ROTATION_STEPS) * 4
    for caller, token, new_key in found:
        assert (is_good(token), opens(caller)) == (False, False)
        assert opens(Credentials(caller.username, new_key))


@pytest.mark.parametrize("step", TOKEN_STEPS)
def test_no_token_outlives_the_revocation_of_its_caller(step: int) -> None:
    found = races(lambda name: revoke_caller(username=name), step)

    assert len(found) == len(ROTATION_STEPS) * 4
    assert [(is_good(token), opens(caller)) for caller, token, _ in found] == [(False, False)] * len(found)


@pytest.mark.parametrize("step", TOKEN_STEPS)
def test_a_rotation_with_an_overlap_costs_no_token_and_ends_each_with_its_key(step: int) -> None:
    found = races(lambda name: rotate_key(username=name, overlap=timedelta(minutes=5)), step)

    assert len(found) == len(ROTATION_STEPS) * 4
    for caller, token, _ in found:
        assert (is_good(token), opens(caller)) == (True, True)
        end = RetiredKey.objects.get(caller__username=caller.username).expires_time
        assert {row.expires_time for row in Token.objects.filter(caller__username=caller.username)} == {end}


def test_the_steps_are_all_that_there_are(caller: Credentials) -> None:
    token = Held(lambda: identify(caller), -1)
    token.end()
    rotation = Held(lambda: rotate_key(username=caller.username, overlap=timedelta(minutes=5)), -1)
    rotation.end()

    assert (token.steps, rotation.steps) == (len(TOKEN_STEPS), len(ROTATION_STEPS))


@pytest.mark.wire
def test_a_key_that_was_rotated_after_it_was_compared_gets_no_token(caller: Credentials) -> None:
    request = Held(lambda: identify(caller), 1)
    request.settle()
    rotate_key(username=caller.username)

    assert request.end() == ""
    assert not Token.objects.exists()
