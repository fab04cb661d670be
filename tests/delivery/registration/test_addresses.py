"""GET /delivery/addresses, and a server whose operator has not set delivery up."""

import pytest
from django.test import Client
from pytest_django import Settings

from delivery.models import Subscription
from tests.delivery.registration.requests import BODY, PATH, send
from tests.shapes import assert_problem

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead")]


def test_a_caller_is_told_from_where_we_send(api: Client, settings: Settings) -> None:
    settings.DELIVERY_ADDRESSES = ["8.8.8.8", "2001:4860::/32"]

    response = api.get("/delivery/addresses")

    assert (response.status_code, response.json()) == (200, {"addresses": ["8.8.8.8", "2001:4860::/32"]})


def test_nobody_else_is(anyone: Client) -> None:
    assert_problem(anyone.get("/delivery/addresses"), 401, "UNAUTHENTICATED")


def test_without_keys_no_subscription_is_made(api: Client, settings: Settings) -> None:
    settings.DELIVERY_KEYS = []

    response = send(api, "POST", PATH, BODY)

    detail = "Subscriptions are not set up on this server. Ask its operators, or poll."
    assert_problem(response, 503, "DELIVERY_NOT_SET_UP", detail=detail)
    assert not Subscription.objects.exists()


@pytest.mark.parametrize("url", ["https://orders.example.com/x", "https://ORDERS.example.com:8443/"])
def test_our_own_address_is_no_receiver(api: Client, settings: Settings, url: str) -> None:
    settings.PUBLIC_URL = "https://orders.example.com"

    response = send(api, "POST", PATH, BODY | {"webhook": {"url": url}})

    error = {"parameter": "webhook.url", "detail": "leads to this server itself", "suggestion": None}
    assert response.json()["errors"] == [error]
