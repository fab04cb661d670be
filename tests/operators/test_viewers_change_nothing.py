"""Every path of the operators' server, with every method, by those who may change nothing."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import Settings

from callers.administration import create_caller
from callers.models import Caller
from operators.administration import create_operator
from operators.site import site
from testbed.events import new_orders
from tests.conftest import Credentials, Publish
from tests.operators.subscriptions import subscribed

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")
LEFT_OUT = {"django_session", "django_content_type"}
"""Logging out ends a session, which is the viewer's own; content types are usually made by `migrate`."""
BODY = {
    "username": "new",
    "channels": "new-channel",
    "partners": "new-partner",
    "grants": "channel/lazada-th",
    "rate": "5/m",
    "overlap": "1h",
    "from_beginning": "on",
    "channel_id": "lazada-th",
    "order_id": "O-1",
    "action": "delete_selected",
    "_selected_action": "1",
    "post": "yes",
}
"""With it an operator's POST to any action does something."""


def paths() -> list[str]:
    """Each path once, about rows that are there."""
    return sorted(set(_walk(get_resolver("acommerce_status.operators_urls").url_patterns)))


def _walk(patterns: Sequence[URLPattern | URLResolver], prefix: str = "/") -> Iterator[str]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern).removeprefix("^").removesuffix("$")
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        else:
            yield ARGUMENT.sub(lambda match: _value(match[1] or match[2], route), route)  # noqa: B023 - used at once


def _value(name: str, route: str) -> str:
    if name == "app_label":
        return "callers"
    for model in site._registry:
        row = model._default_manager.first()
        if route.startswith(f"/{model._meta.app_label}/{model._meta.model_name}/") and row is not None:
            return str(row.pk)
    return "1"


def tables() -> dict[str, list[str]]:
    """All rows of all tables, but of when somebody logged in last."""
    with connection.cursor() as cursor:
        found = {}
        for name in set(connection.introspection.table_names(cursor)) - LEFT_OUT:
            cursor.execute(f'SELECT * FROM "{name}"')  # noqa: S608 - the database's own name
            columns = [column[0] for column in cursor.description]
            rows = ({**dict(zip(columns, row, strict=True)), "last_login": None} for row in cursor.fetchall())
            found[name] = sorted(map(str, rows))
    return found


@pytest.fixture
def rows(publish: Publish, caller: Credentials, operators_server: None, settings: Settings) -> None:
    """Something to change: a caller, orders, a subscription of another caller."""
    publish(*new_orders(2))
    settings.DELIVERY_NETWORKS = ["127.0.0.0/8"]
    create_caller(username="subscriber", channels=["lazada-th"])
    subscribed(webhook={"url": "https://127.0.0.1:2/"}, username="subscriber")
    create_operator(username="viktor", only_views=True)
    create_operator(username="olga")


def ask_all(username: str | None, *, enforce_csrf_checks: bool = False) -> set[tuple[str, str, int]]:
    """What is answered to each method at each path, by a session of its own."""
    found = set()
    for path in paths():
        for method in METHODS:
            client = Client(raise_request_exception=False, enforce_csrf_checks=enforce_csrf_checks)
            if username:
                client.force_login(User.objects.get(username=username))
            answer: Any = client.generic(
                method,
                path,
                "&".join(f"{name}={value}" for name, value in BODY.items()),
                content_type="application/x-www-form-urlencoded",
            )
            found.add((path, method, answer.status_code))
    return found


@pytest.mark.parametrize("username", ["viktor", None])
def test_viewers_and_strangers_change_nothing(rows: None, username: str | None) -> None:
    before = tables()

    answers = ask_all(username)

    assert tables() == before
    assert [found for found in answers if found[2] >= 500] == []
    create = {status for path, method, status in answers if path.endswith("/create/")}
    assert create == ({403, 405} if username else {302})


def test_operators_change_nothing_by_what_other_pages_send(rows: None) -> None:
    before = tables()

    answers = ask_all("olga", enforce_csrf_checks=True)

    assert tables() == before
    assert [found for found in answers if found[2] >= 500] == []
    assert {status for path, method, status in answers if method in ("POST", "PUT")} <= {403, 404, 405}


def test_the_same_by_operators_changes_what_it_is_about(rows: None) -> None:
    ask_all("olga")

    assert not Caller.objects.filter(username="poller").exists()
    assert Caller.objects.filter(username="new").exists()
    told = {(entry.get_change_message()[:8], entry.user.username) for entry in LogEntry.objects.all()}
    did = {"Paused. ", "Resumed.", "Replayed", "Order O-", "The exam"}
    assert {(words, "olga") for words in did} <= told
