"""Who may log in: create_operator and shut_out_operator."""

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError
from django.test import Client

from tests.callers.commands import run

pytestmark = pytest.mark.django_db


def groups_of(username: str) -> list[str]:
    return list(User.objects.get(username=username).groups.values_list("name", flat=True))


def password_in(out: str) -> str:
    return out.rsplit(maxsplit=1)[-1]


@pytest.mark.usefixtures("operators_server")
def test_an_operator_logs_in_by_the_password_that_is_printed() -> None:
    out = run("create_operator", "olga").out
    password, client = password_in(out), Client()

    answer = client.post("/login/", {"username": "olga", "password": password})

    assert out == f"Password of olga, shown only now: {password}\n"
    assert answer.status_code == 302
    assert groups_of("olga") == ["operators"]


@pytest.mark.usefixtures("operators_server")
def test_a_known_name_gets_a_new_password_and_the_role_that_is_asked_for() -> None:
    old = password_in(run("create_operator", "olga").out)

    new = password_in(run("create_operator", "olga", "--viewer").out)

    user = User.objects.get()
    assert (user.check_password(old), user.check_password(new)) == (False, True)
    assert groups_of("olga") == ["viewers"]


@pytest.mark.parametrize("name", ["", "a/b", "..", "x" * 101])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(CommandError, match=r"is not a name: use 1 to 100 printable characters"):
        run("create_operator", name)

    assert not User.objects.exists()


def test_who_is_shut_out_is_out_at_once_and_let_in_again(operators: Client) -> None:
    run("shut_out_operator", "olga")
    out = operators.get("/").status_code
    password = password_in(run("create_operator", "olga").out)

    assert out == 302
    assert Client().post("/login/", {"username": "olga", "password": password}).status_code == 302


def test_nobody_is_shut_out_who_is_not_there() -> None:
    with pytest.raises(CommandError, match=r"^Nobody logs in as 'olga'. create_operator lets somebody.$"):
        run("shut_out_operator", "olga")
