"""Every path of subscriptions and hooks, with every method."""

from typing import Any

import pytest
from django.test import Client

from delivery.urls import HOOKS, KINDS, VIEWS
from tests.delivery.registration.requests import send
from tests.shapes import assert_legacy_error, assert_problem

pytestmark = [pytest.mark.wire, pytest.mark.django_db]

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE"}
NAMES = {"channel": "lazada-th", "partner": "143"}


def paths() -> dict[str, Any]:
    """Each path, with its view."""
    found = {
        f"/{kind}/{NAMES[kind]}/{what}{tail}": view
        for kind in KINDS
        for what, views in (("subscriptions", VIEWS), ("hooks", HOOKS))
        for tail, view in views.items()
    }
    filled = {path.replace("<str:subscription_id>", "sub1"): view for path, view in found.items()}
    return {path.replace("<str:number>", "1"): view for path, view in filled.items()}


def allowed(view: Any) -> str:
    return ", ".join(name.upper() for name in view.http_method_names)


@pytest.mark.parametrize("path", paths())
def test_options_lists_the_methods_and_needs_no_token(anyone: Client, path: str) -> None:
    response = anyone.options(path)

    assert (response.status_code, response.content) == (204, b"")
    assert response["Allow"] == allowed(paths()[path])


@pytest.mark.parametrize("path", paths())
def test_another_method_is_refused(api: Client, path: str) -> None:
    for method in METHODS - set(allowed(paths()[path]).split(", ")):
        response = send(api, method, path, {"name": "x"})

        detail = f'Method "{method}" not allowed.'
        if "/hooks" in path:
            assert_legacy_error(response, 405)
        elif method != "HEAD":
            assert_problem(response, 405, "METHOD_NOT_ALLOWED", detail=detail)
        assert (response.status_code, response["Allow"]) == (405, allowed(paths()[path]))
