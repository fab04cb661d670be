"""Callers, keys and tokens of the first release, after the migration, and while its processes still run."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from callers.keys import digest
from callers.models import Scope
from callers.tokens import Unrecognised, access_by_token, forget_tokens
from testbed.tokens import issue_token
from tests.callers.commands import run

pytestmark = [pytest.mark.wire, pytest.mark.slow]

KEY, TOKEN, LATER_TOKEN = "an-old-key", "0" * 32, "1" * 32


def insert(table: str, **columns: Any) -> None:
    """A row as the first release writes it: it knows no other columns."""
    names, places = ", ".join(columns), ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", list(columns.values()))  # noqa: S608 - our own names


def insert_caller(pk: int, username: str, revoked: bool = False) -> None:
    now = timezone.now()
    revoked_time = now if revoked else None
    times = {"created_time": now, "revoked_time": revoked_time}
    insert("callers_caller", id=pk, username=username, key_digest=digest(KEY), rate="", **times)
    insert("callers_grant", caller_id=pk, kind="channel", identifier="a")


def insert_token(token: str) -> None:
    """A token of the caller `used`."""
    expires_time = timezone.now() + timedelta(hours=1)
    insert("callers_token", caller_id=1001, digest=digest(token), expires_time=expires_time)


@pytest.fixture
def upgraded(committed: None) -> Iterator[None]:
    """A database of the first release, with a caller that has a token, one that has none, a revoked one."""
    call_command("migrate", "callers", "0001", verbosity=0)
    try:
        insert_caller(1001, "used")
        insert_caller(1002, "typo")
        insert_caller(1003, "revoked", revoked=True)
        insert_token(TOKEN)
    finally:
        call_command("migrate", verbosity=0)  # all of them: rooms above lost their tables, too
    yield
    forget_tokens()


def is_good(token: str) -> bool:
    forget_tokens()
    try:
        return access_by_token(token).grants == {Scope("channel", "a")}
    except Unrecognised:
        return False


@pytest.mark.usefixtures("upgraded")
def test_keys_and_tokens_are_good_as_before() -> None:
    new_token, _ = issue_token(username="used", key=KEY)

    assert [is_good(TOKEN), is_good(new_token)] == [True, True]
    with pytest.raises(Unrecognised):
        issue_token(username="revoked", key=KEY)


@pytest.mark.usefixtures("upgraded")
def test_a_process_of_the_first_release_still_gives_tokens() -> None:
    insert_token(LATER_TOKEN)

    assert is_good(LATER_TOKEN)


@pytest.mark.usefixtures("upgraded")
def test_a_rotation_ends_the_old_tokens_and_those_that_are_stored_after_it() -> None:
    run("rotate_key", "used")
    insert_token(LATER_TOKEN)

    assert [is_good(TOKEN), is_good(LATER_TOKEN)] == [False, False]


@pytest.mark.usefixtures("upgraded")
def test_a_rotation_with_an_overlap_keeps_them_meanwhile() -> None:
    run("rotate_key", "used", "--overlap", "24h")
    insert_token(LATER_TOKEN)

    assert [is_good(TOKEN), is_good(LATER_TOKEN)] == [True, True]


@pytest.mark.parametrize("name", ["used", "revoked"])
@pytest.mark.usefixtures("upgraded")
def test_who_may_have_got_a_token_keeps_its_name(name: str) -> None:
    with pytest.raises(CommandError, match="its name stays taken"):
        run("delete_caller", name)


@pytest.mark.usefixtures("upgraded")
def test_a_typo_of_then_can_be_deleted_now() -> None:
    assert run("delete_caller", "typo").out == "typo is deleted; its key opens nothing.\n"
