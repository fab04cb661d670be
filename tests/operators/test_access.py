"""Who is let in to the operators' server."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from operators.middleware import POLICY, STRANGE_HOST

pytestmark = pytest.mark.django_db


def test_operators_and_viewers_see_the_first_page(operators: Client, viewers: Client) -> None:
    answers = [client.get("/") for client in (operators, viewers)]

    assert [answer.status_code for answer in answers] == [200, 200]


def test_who_has_not_logged_in_is_asked_to(strangers: Client) -> None:
    answer = strangers.get("/")

    assert answer.status_code == 302
    assert answer["Location"] == "/login/?next=/"


def test_who_is_in_neither_group_sees_nothing(strangers: Client) -> None:
    strangers.force_login(User.objects.create_user("nobody", is_staff=True))

    answer = strangers.get("/")

    assert answer.status_code == 302
    assert answer["Location"] == "/login/?next=/"


def test_a_host_that_is_not_allowed_is_refused(operators: Client) -> None:
    answer = operators.get("/", headers={"Host": "elsewhere.example"})

    assert answer.status_code == 400
    assert answer.text == STRANGE_HOST
    assert answer["Content-Security-Policy"] == POLICY
