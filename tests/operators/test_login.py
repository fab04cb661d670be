"""Logging in: how often, for how long, and what the cookies say."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from operators.administration import create_operator

pytestmark = [pytest.mark.django_db, pytest.mark.wire]


@pytest.fixture
def password(operators_server: None) -> str:
    return create_operator(username="olga")


def log_in(client: Client, username: str, password: str, address: str = "10.0.0.1") -> Any:
    return client.post("/login/", {"username": username, "password": password}, REMOTE_ADDR=address)


def test_the_right_password_opens_and_a_wrong_one_does_not(password: str, strangers: Client) -> None:
    wrong = log_in(strangers, "olga", "wrong")
    seen = strangers.get("/").status_code
    right = log_in(strangers, "olga", password)

    assert "Please enter the correct username and password" in wrong.text
    assert (wrong.status_code, seen, right.status_code) == (200, 302, 302)
    assert strangers.get("/").status_code == 200


@pytest.mark.parametrize("by", ["name", "address"])
def test_after_ten_tries_in_a_minute_even_the_right_password_waits(
    password: str, strangers: Client, by: str
) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for number in range(10):
            name, address = ("olga", f"10.0.1.{number}") if by == "name" else (f"x{number}", "10.0.0.1")
            log_in(strangers, name, "wrong", address)
        refused = log_in(strangers, "olga", password)
        wait = int(refused["Retry-After"])
        clock.shift(wait)
        later = log_in(strangers, "olga", password)

    assert refused.status_code == 429
    assert f"Too many tries to log in. Wait {wait} seconds, then try again." in refused.text
    assert wait <= 61
    assert later.status_code == 302


def test_the_cookies_are_for_this_server_alone(password: str, strangers: Client) -> None:
    strangers.get("/login/")
    log_in(strangers, "olga", password)

    for name in ("acommerce_operator", "acommerce_operator_csrf"):
        cookie = strangers.cookies[name]
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")
    assert strangers.cookies["acommerce_operator"]["max-age"] == ""


def test_a_session_ends_after_eight_hours_and_is_deleted_later(password: str, strangers: Client) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        log_in(strangers, "olga", password)
        clock.shift(timedelta(hours=8) - timedelta(seconds=1))
        still = strangers.get("/").status_code
        clock.shift(2)
        over = strangers.get("/").status_code
        log_in(strangers, "olga", password)

    assert (still, over) == (200, 302)
    assert Session.objects.count() == 1


def test_a_password_is_changed_and_ends_the_other_sessions(password: str, strangers: Client) -> None:
    other = Client()
    log_in(strangers, "olga", password)
    log_in(other, "olga", password)
    new = {"new_password1": "ten-green-bottles", "new_password2": "ten-green-bottles"}

    short = strangers.post("/password_change/", {"old_password": password} | dict.fromkeys(new, "short"))
    changed = strangers.post("/password_change/", {"old_password": password} | new)

    assert "at least 12 characters" in short.text
    assert changed.status_code == 302
    assert strangers.get("/").status_code == 200
    assert other.get("/").status_code == 302
    assert log_in(Client(), "olga", "ten-green-bottles").status_code == 302


def test_a_new_password_by_command_ends_every_session(password: str, strangers: Client) -> None:
    log_in(strangers, "olga", password)

    create_operator(username="olga")

    assert strangers.get("/").status_code == 302


def test_a_form_that_was_not_sent_from_here_is_refused_in_a_sentence(operators: Client) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = operators.cookies

    answer = client.post("/callers/caller/create/", {"username": "shop"})

    assert answer.status_code == 403
    assert "This form was not sent from a page of this server" in answer.text
    assert "<style" not in answer.text


def test_a_path_that_is_none_is_told_in_a_sentence(operators: Client) -> None:
    answer = operators.get("/nothing/")

    assert answer.status_code == 404
    assert "There is no such page" in answer.text
    assert "default-src 'self'" in answer["Content-Security-Policy"]
