"""rotate_key --overlap: old keys and their tokens are good until it is over, and end by themselves."""

from collections.abc import Iterator

import pytest
import time_machine
from django.core.management import CommandError

from callers.models import Caller, RetiredKey, Token
from callers.tokens import Unrecognised, access_by_token, forget_tokens
from testbed.tokens import issue_token
from tests.callers.commands import run

pytestmark = [pytest.mark.wire, pytest.mark.django_db]

HOUR = 3600


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-11-23T10:00:00Z", tick=False) as travelling:
        yield travelling


@pytest.fixture
def key(clock: time_machine.Traveller) -> str:
    """The first key of the caller `poller`."""
    made: str = run("create_caller", "poller", "--channel", "a").json["apiKey"]
    return made


def rotated(*arguments: str) -> str:
    """The new key of `poller`."""
    made: str = run("rotate_key", "poller", *arguments).json["apiKey"]
    return made


def are_good(*keys: str) -> list[bool]:
    """Which of these keys get a token."""

    def is_good(key: str) -> bool:
        try:
            return bool(issue_token(username="poller", key=key))
        except Unrecognised:
            return False

    return [is_good(key) for key in keys]


def opens(token: str) -> bool:
    forget_tokens()
    try:
        return bool(access_by_token(token))
    except Unrecognised:
        return False


def test_the_old_key_is_good_until_the_overlap_ends(clock: time_machine.Traveller, key: str) -> None:
    new = rotated("--overlap", "24h")
    before = are_good(key, new)
    clock.shift(24 * HOUR - 1)
    at_last = are_good(key, new)
    clock.shift(1)

    assert (before, at_last, are_good(key, new)) == ([True, True], [True, True], [False, True])


def test_tokens_of_the_old_key_end_with_it(clock: time_machine.Traveller, key: str) -> None:
    before, _ = issue_token(username="poller", key=key)
    new = rotated("--overlap", "5m")
    meanwhile, end = issue_token(username="poller", key=key)
    other, _ = issue_token(username="poller", key=new)
    clock.shift(299)
    at_last = [opens(token) for token in (before, meanwhile, other)]
    clock.shift(1)

    assert end.isoformat() == "2026-11-23T10:05:00+00:00"
    assert at_last == [True, True, True]
    assert [opens(token) for token in (before, meanwhile, other)] == [False, False, True]


def test_tokens_that_are_remembered_end_with_the_old_key_too(clock: time_machine.Traveller, key: str) -> None:
    before, _ = issue_token(username="poller", key=key)
    rotated("--overlap", "5m")
    meanwhile, _ = issue_token(username="poller", key=key)
    for token in (before, meanwhile):
        access_by_token(token)
    clock.shift(300)

    for token in (before, meanwhile):
        with pytest.raises(Unrecognised):
            access_by_token(token)


def test_a_token_that_ends_before_the_overlap_keeps_its_end(clock: time_machine.Traveller, key: str) -> None:
    issue_token(username="poller", key=key)
    rotated("--overlap", "24h")

    assert Token.objects.get().expires_time.isoformat() == "2026-11-23T11:00:00+00:00"


def test_a_second_overlap_keeps_each_old_key_until_its_own_end(
    clock: time_machine.Traveller, key: str
) -> None:
    second = rotated("--overlap", "1h")
    third = rotated("--overlap", "2h")
    all_good = are_good(key, second, third)
    clock.shift(HOUR)
    without_the_first = are_good(key, second, third)
    clock.shift(HOUR)

    assert all_good == [True, True, True]
    assert without_the_first == [False, True, True]
    assert are_good(key, second, third) == [False, False, True]


def test_no_old_key_outlives_the_newest_overlap(clock: time_machine.Traveller, key: str) -> None:
    second = rotated("--overlap", "24h")
    token, _ = issue_token(username="poller", key=key)
    third = rotated("--overlap", "5m")
    clock.shift(300)

    assert are_good(key, second, third) == [False, False, True]
    assert not opens(token)


def test_a_rotation_without_an_overlap_ends_one_that_is_under_way(key: str) -> None:
    second = rotated("--overlap", "24h")
    tokens = [issue_token(username="poller", key=each)[0] for each in (key, second)]

    third = rotated()

    assert are_good(key, second, third) == [False, False, True]
    assert [opens(token) for token in tokens] == [False, False]
    assert not RetiredKey.objects.exists()


def test_an_overlap_of_0_is_none(key: str) -> None:
    new = rotated("--overlap", "0")

    assert are_good(key, new) == [False, True]


def test_a_revocation_ends_the_old_key_and_it_does_not_come_back(key: str) -> None:
    second = rotated("--overlap", "24h")
    tokens = [issue_token(username="poller", key=each)[0] for each in (key, second)]

    run("revoke_caller", "poller")
    revoked = are_good(key, second)
    third = rotated()

    assert revoked == [False, False]
    assert are_good(key, second, third) == [False, False, True]
    assert [opens(token) for token in tokens] == [False, False]


def test_a_revoked_caller_is_not_taken_back_with_its_old_key(key: str) -> None:
    run("revoke_caller", "poller")

    with pytest.raises(CommandError) as refused:
        run("rotate_key", "poller", "--overlap", "24h")

    assert str(refused.value) == (
        "poller is revoked, and its old key does not come back: rotate it without an overlap."
    )
    assert are_good(key) == [False]
    assert Caller.objects.get().revoked_time


@pytest.mark.parametrize(
    "text", ["-1h", "0h", "24", "h", "1.5h", "1w", "31d", "721h", "99999999d", "24 h", "24H", "", "forever"]
)
def test_what_is_no_overlap_is_refused_and_changes_nothing(key: str, text: str) -> None:
    with pytest.raises(CommandError) as refused:
        run("rotate_key", "poller", f"--overlap={text}")

    assert str(refused.value) == (
        f"{text!r} is not an overlap: write a number and one of s, m, h, d,"
        " such as 24h, up to 30d; or 0, and the old key ends at once."
    )
    assert are_good(key) == [True]


def test_the_longest_overlap_is_thirty_days(clock: time_machine.Traveller, key: str) -> None:
    rotated("--overlap", "30d")
    clock.shift(30 * 24 * HOUR - 1)

    assert are_good(key) == [True]


def test_keys_that_have_ended_are_not_kept(clock: time_machine.Traveller, key: str) -> None:
    rotated("--overlap", "5m")
    clock.shift(300)
    rotated("--overlap", "5m")

    assert [kept.generation for kept in RetiredKey.objects.all()] == [1]
