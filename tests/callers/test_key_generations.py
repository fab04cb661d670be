"""Tokens that were not got through the statements of today: by a process of the first release, or by hand."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from callers.administration import rotate_key
from callers.keys import digest
from callers.models import Caller, Token
from callers.tokens import Unrecognised, access_by_token, forget_tokens
from tests.conftest import Credentials

pytestmark = pytest.mark.wire


def token_of_the_first_release(caller: Credentials, token: str = "0" * 32) -> str:
    """A token as a process of the first release stores it: without a generation."""
    Token.objects.create(
        caller=Caller.objects.get(username=caller.username),
        digest=digest(token),
        expires_time=timezone.now() + timedelta(hours=1),
    )
    return token


def test_a_token_of_the_first_release_is_good(caller: Credentials) -> None:
    token = token_of_the_first_release(caller)

    assert access_by_token(token).username == caller.username


def test_a_rotation_ends_it_even_if_it_is_stored_afterwards(caller: Credentials) -> None:
    rotate_key(username=caller.username)

    token = token_of_the_first_release(caller)

    with pytest.raises(Unrecognised):
        access_by_token(token)


def test_with_an_overlap_it_ends_with_the_first_key(caller: Credentials) -> None:
    with time_machine.travel("2026-11-23T10:00:00Z", tick=False) as clock:
        rotate_key(username=caller.username, overlap=timedelta(minutes=5))
        token = token_of_the_first_release(caller)
        clock.shift(299)
        good = access_by_token(token)
        clock.shift(1)
        forget_tokens()

        with pytest.raises(Unrecognised):
            access_by_token(token)

    assert good.username == caller.username


def test_a_key_of_two_rotations_ago_is_not_the_one_before(caller: Credentials) -> None:
    rotate_key(username=caller.username)
    rotate_key(username=caller.username, overlap=timedelta(minutes=5))

    token = token_of_the_first_release(caller)

    with pytest.raises(Unrecognised):
        access_by_token(token)
