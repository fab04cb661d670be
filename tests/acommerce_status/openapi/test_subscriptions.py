"""The OpenAPI document of subscriptions: what is asked is answered as it says."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern
from rest_framework.views import APIView

from acommerce_status.errors import shaped_by_path
from acommerce_status.openapi.delivery.examples import NEW, NEW_HOOK, WHOLE_NEW
from delivery.registration.mechanisms import MECHANISMS
from delivery.urls import hook_paths, urlpatterns
from testbed.events import new_orders
from tests.conftest import Publish
from tests.delivery.mail import servers
from tests.delivery.registration.receivers import receiver
from tests.delivery.registration.requests import send
from tests.openapi import assert_documented, document

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead")]

LIST = "/channel/{channelId}/subscriptions"
ONE = f"{LIST}/{{subscriptionId}}"
HOOKS = "/channel/{channelId}/hooks"


def asked(api: Client, method: str, path: str, body: Any = None, number: str = "") -> Any:
    """The answer to a request at a path of the document, which is as documented."""
    real = path.replace("{channelId}", "lazada-th").replace("{subscriptionId}", number)
    response = send(api, method, real, body)
    assert_documented(response, "subscriptions", path, method.lower())
    return response


def methods_of(pattern: URLPattern) -> set[str]:
    """Those that its view takes."""
    view: type[APIView] = pattern.callback.view_class  # type: ignore[attr-defined]  # as_view sets it
    return set(view.http_method_names) - {"head", "options"}


def test_every_operation_that_there_is_is_described() -> None:
    names = {"channel_id": "channelId", "partner_id": "partnerId", "subscription_id": "subscriptionId"}
    names["number"] = "number"
    there = {
        ("/" + re.sub(r"<str:(\w+)>", lambda match: f"{{{names[match[1]]}}}", str(pattern.pattern)), method)
        for pattern in [*urlpatterns, *hook_paths(shaped_by_path)]
        for method in methods_of(pattern)
    }
    described = {(path, method) for path, one in document("subscriptions")["paths"].items() for method in one}

    assert described == there | {("/identity/token", "post")}


@pytest.mark.parametrize("body", [NEW, WHOLE_NEW], ids=["least", "all"])
def test_the_examples_of_new_subscriptions_are_accepted(api: Client, body: dict[str, Any]) -> None:
    assert asked(api, "POST", LIST, body).status_code == 201


def test_a_subscription_is_answered_as_documented(api: Client, publish: Publish) -> None:
    publish(*new_orders(2))
    number = asked(api, "POST", LIST, NEW).json()["subscriptionId"]
    order = {"channelId": "lazada-th", "orderId": "O-1"}

    statuses = [
        asked(api, method, path, body, number).status_code
        for method, path, body in [
            ("GET", LIST, None),
            ("GET", ONE, None),
            ("PATCH", ONE, {"active": False}),
            ("POST", f"{ONE}/replay", {"updatedSince": None}),
            ("POST", f"{ONE}/resend", order),
            ("POST", f"{ONE}/rotate-secret", {}),
            ("GET", f"{ONE}/held", None),
            ("GET", f"{ONE}/attempts", None),
            ("GET", "/delivery/addresses", None),
            ("PATCH", ONE, {"position": None}),
            ("DELETE", ONE, None),
            ("GET", ONE, None),
        ]
    ]

    assert statuses == [200, 200, 200, 200, 202, 200, 200, 200, 200, 200, 204, 404]


def test_a_test_is_answered_as_documented(api: Client, settings: Any) -> None:
    settings.DELIVERY_NETWORKS, settings.DELIVERY_ALLOW = ["127.0.0.0/8"], ["http"]
    with receiver() as (url, _):
        number = asked(api, "POST", LIST, NEW | {"webhook": {"url": url}}).json()["subscriptionId"]
        tried = asked(api, "POST", f"{ONE}/test", None, number)

    assert tried.json()["delivered"] is True
    assert asked(api, "GET", f"{ONE}/attempts", None, number).json()["attempts"] == [tried.json()["attempt"]]


def test_hooks_are_answered_as_documented(api: Client) -> None:
    number = asked(api, "POST", HOOKS, NEW_HOOK).json()["id"]

    statuses = [
        asked(api, method, path, body, number).status_code
        for method, path, body in [
            ("POST", HOOKS, NEW_HOOK | {"unknown": 1}),
            ("POST", HOOKS, {}),
            ("GET", HOOKS, None),
            ("GET", f"{HOOKS}/{{subscriptionId}}", None),
            ("DELETE", f"{HOOKS}/{{subscriptionId}}", None),
            ("GET", f"{HOOKS}/{{subscriptionId}}", None),
        ]
    ]

    assert statuses == [200, 400, 200, 200, 204, 404]


@pytest.mark.parametrize("path", [LIST, HOOKS])
def test_refusals_are_as_documented(api: Client, anyone: Client, settings: Any, path: str) -> None:
    body = NEW_HOOK if path == HOOKS else NEW
    settings.MAX_SUBSCRIPTIONS = 0
    statuses = [
        asked(api, "POST", path, body).status_code,
        asked(api, "POST", path, {"name": "x" * 70_000}).status_code,
        asked(anyone, "GET", path).status_code,
    ]
    settings.CALLER_RATE = "1/m"
    statuses += [asked(api, "GET", path).status_code for _ in range(2)]

    assert statuses == [409, 413, 401, 200, 429]


@pytest.mark.parametrize("name", ["SALES_ORDER_STATUS_V3", "SALES_ORDER_STATUS"])
def test_what_is_received_has_the_headers_that_are_described(api: Client, settings: Any, name: str) -> None:
    settings.DELIVERY_NETWORKS, settings.DELIVERY_ALLOW = ["127.0.0.0/8"], ["http"]
    with receiver() as (url, taken):
        number = asked(api, "POST", LIST, NEW | {"webhook": {"url": url, "format": name}}).json()
        asked(api, "POST", f"{ONE}/test", None, number["subscriptionId"])

    ((headers, _),) = taken
    described = document("subscriptions")["webhooks"][name]["post"]["parameters"]
    of_http = {"Host", "Accept", "Accept-Encoding", "User-Agent", "Content-Length", "Content-Type"}
    required = {header["name"] for header in described if header["required"]}
    assert required <= headers.keys()
    assert headers.keys() - of_http == required | {"X-Acomm-Test"}


def nullable(shape: str) -> dict[str, bool]:
    """Of each member of a shape, whether it may be null."""
    members = document("subscriptions")["components"]["schemas"][shape]["properties"]
    return {name: "null" in member.get("type", "") for name, member in members.items()}


@pytest.mark.parametrize(
    ("mechanism", "shape", "settings_given"),
    [
        ("webhook", "WebhookPatch", NEW["webhook"]),
        ("email", "EmailPatch", {"to": "ops@shop.example", "schedule": {"cron": "0 7 * * *"}}),
    ],
)
def test_null_is_taken_in_a_patch_where_the_document_says_so(
    api: Client, settings: Any, mechanism: str, shape: str, settings_given: dict[str, Any]
) -> None:
    servers.set_up(settings)
    body = {"name": "A", "mechanism": mechanism, mechanism: settings_given}
    number = asked(api, "POST", LIST, body).json()["subscriptionId"]
    said = {name: may for name, may in nullable("PatchedSubscription").items() if name not in MECHANISMS}
    patches: dict[str, Any] = {name: {name: None} for name in said}
    inner = nullable(shape)
    patches |= {f"{mechanism}.{name}": {mechanism: {name: None}} for name in inner}

    taken = {name: asked(api, "PATCH", ONE, patch, number).status_code for name, patch in patches.items()}

    said |= {f"{mechanism}.{name}": may for name, may in inner.items()}
    assert taken == {name: 200 if may else 400 for name, may in said.items()}
