"""The operators' server in this process, and clients that ask it: `operators`, `viewers`, `strangers`."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from pytest_django import Settings

from acommerce_status import operators_settings
from acommerce_status import settings as public_settings
from operators.administration import create_operator


def overlay() -> dict[str, Any]:
    """What the operators' server sets otherwise than the public one."""
    return {
        name: value
        for name, value in vars(operators_settings).items()
        if name.isupper() and value != getattr(public_settings, name, None)
    }


@pytest.fixture
def operators_server(settings: Settings, db: None) -> None:
    """The settings of the operators' server, for the length of a test; passwords cost nothing."""
    for name, value in overlay().items():
        setattr(settings, name, value)
    settings.ALLOWED_HOSTS = [*operators_settings.ALLOWED_HOSTS, "testserver"]
    ContentType.objects.clear_cache()  # of rows that an earlier test took back
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def operators(operators_server: None) -> Client:
    """A client that an operator, `olga`, has logged in with."""
    return _logged_in("olga", only_views=False)


@pytest.fixture
def viewers(operators_server: None) -> Client:
    """A client that a viewer, `viktor`, has logged in with."""
    return _logged_in("viktor", only_views=True)


@pytest.fixture
def strangers(operators_server: None) -> Client:
    """A client that nobody has logged in with."""
    return Client(raise_request_exception=False)


def _logged_in(username: str, *, only_views: bool) -> Client:
    create_operator(username=username, only_views=only_views)
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(username=username))
    return client
