"""The platform's /hooks: existing clients register as they always have (contract, section 9)."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from delivery import secrets
from delivery.models import Subscription
from tests.delivery.mail import servers
from tests.delivery.registration.requests import PATH, made, send
from tests.shapes import assert_legacy_error

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead")]

HOOKS = "/channel/lazada-th/hooks"
HOOK = {
    "name": "ERP",
    "url": "https://shop.example/hook",
    "requestMethod": "POST",
    "secret": "short",
    "eventType": ["SALES_ORDER_STATUS"],
    "active": True,
}
SHOWN = {name: value for name, value in HOOK.items() if name != "secret"}


def secret_texts() -> list[str]:
    """The secrets of the only subscription, newest first."""
    return [one["text"] for one in secrets.unseal(Subscription.objects.get().secrets)["secrets"]]


def test_a_hook_is_made_and_shown_without_its_secret(api: Client) -> None:
    created = send(api, "POST", HOOKS, HOOK | {"unknown": [1]})

    number = created.json()["id"]
    hook = SHOWN | {"id": number}
    assert (created.status_code, created.json()) == (201, hook)
    assert api.get(HOOKS).json() == [hook]
    assert api.get(f"{HOOKS}/{number}").json() == hook
    assert secret_texts() == ["short"]


def test_it_is_a_subscription_like_any_other(api: Client) -> None:
    number = send(api, "POST", "/partner/143/hooks", HOOK).json()["id"]
    path = made(api)

    subscription = api.get(f"/partner/143/subscriptions/{number}").json()
    hooks = api.get(HOOKS).json()

    assert (subscription["name"], subscription["state"]) == ("ERP", "ACTIVE")
    assert subscription["webhook"]["format"] == "SALES_ORDER_STATUS"
    assert [f"{PATH}/{hook['id']}" for hook in hooks] == [path]


def test_registering_again_updates_the_same_hook(api: Client) -> None:
    first = send(api, "POST", HOOKS, HOOK).json()
    before = Subscription.objects.values().get()

    same = send(api, "POST", HOOKS, HOOK)
    unchanged = Subscription.objects.values().get()
    again = send(api, "POST", HOOKS, HOOK | {"name": "New", "active": False, "secret": "another"})

    assert (same.status_code, same.json(), unchanged) == (200, first, before)
    assert (again.status_code, again.json()) == (200, first | {"name": "New", "active": False})
    assert secret_texts() == ["another"]


def test_the_same_secret_again_keeps_the_one_before_it_good(api: Client) -> None:
    number = send(api, "POST", HOOKS, HOOK).json()["id"]
    newest = send(api, "POST", f"{PATH}/{number}/rotate-secret", {}).json()["secret"]

    send(api, "POST", HOOKS, HOOK | {"secret": newest, "name": "New"})

    assert secret_texts() == [newest, "short"]


def test_another_type_or_url_is_another_hook(api: Client) -> None:
    bodies = [
        HOOK,
        HOOK | {"eventType": ["SALES_ORDER_STATUS_V3"]},
        HOOK | {"url": "https://shop.example/other"},
    ]

    statuses = [send(api, "POST", HOOKS, body).status_code for body in bodies]

    assert statuses == [201, 201, 201]
    assert len({hook["id"] for hook in api.get(HOOKS).json()}) == 3


def test_a_hook_is_deleted_by_its_id_only(api: Client) -> None:
    number = send(api, "POST", HOOKS, HOOK).json()["id"]

    without = api.delete(HOOKS)
    kept = len(api.get(HOOKS).json())
    deleted = api.delete(f"{HOOKS}/{number}")

    assert_legacy_error(without, 405)
    assert (kept, deleted.status_code, deleted.content) == (1, 204, b"")
    assert api.get(HOOKS).json() == []
    assert_legacy_error(api.get(f"{HOOKS}/{number}"), 404)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"url": None}, "url. This field may not be null."),
        ({"url": 5}, "url. must be a text without control characters"),
        ({"url": "ftp://shop.example/"}, "url. must begin with https://"),
        ({"url": "https://10.0.0.1/"}, None),
        ({"secret": ""}, "secret. This field may not be blank."),
        ({"secret": "x" * 257}, "secret. Ensure this field has no more than 256 characters."),
        ({"secret": 7}, "secret. must be a text without control characters"),
        ({"name": "x" * 101}, "name. Ensure this field has no more than 100 characters."),
        ({"requestMethod": "PUT"}, 'requestMethod. "PUT" is not a valid choice.'),
        ({"eventType": []}, "eventType. Ensure this field has at least 1 elements."),
        ({"eventType": "SALES_ORDER_STATUS"}, None),
        ({"eventType": ["X"]}, 'eventType.0. "X" is not a valid choice.'),
        ({"eventType": ["SALES_ORDER_STATUS", "SALES_ORDER_STATUS_V3"]}, None),
        ({"active": "yes"}, "active. must be true or false"),
    ],
)
def test_bad_input_is_told_in_the_shape_of_v2(
    api: Client, change: dict[str, Any], message: str | None
) -> None:
    response = send(api, "POST", HOOKS, HOOK | change)

    errors = response.json()["error"]["errors"]
    assert_legacy_error(response, 400, message="Validation Failed", errors=errors)
    assert len(errors) == 1
    assert errors[0]["reason"] == "invalid_value"
    assert message in (None, errors[0]["message"])
    assert not Subscription.objects.exists()


@pytest.mark.parametrize("missing", ["url", "secret", "eventType"])
def test_what_must_be_there_is_named(api: Client, missing: str) -> None:
    response = send(api, "POST", HOOKS, {name: value for name, value in HOOK.items() if name != missing})

    error = {"message": f"{missing}. This field is required.", "reason": "invalid_value"}
    assert_legacy_error(response, 400, message="Validation Failed", errors=[error])


def test_name_method_and_activity_may_be_left_out(api: Client) -> None:
    body = {name: HOOK[name] for name in ("url", "secret", "eventType")}

    created = send(api, "POST", HOOKS, body).json()

    assert created == SHOWN | {"id": created["id"], "name": "shop.example"}


@pytest.mark.parametrize("body", [b"[]", b"7", b'{"name": ', b"\xff", b" " * (64 * 1024 + 1)])
def test_a_body_that_is_no_object_is_refused(api: Client, body: bytes) -> None:
    response = api.generic("POST", HOOKS, body, content_type="application/json")

    assert response.status_code == (413 if len(body) > 1000 else 400)
    assert response.json()["error"]["code"] == response.status_code
    assert not Subscription.objects.exists()


def test_others_see_nothing_of_it(api: Client, anyone: Client) -> None:
    number = send(api, "POST", HOOKS, HOOK).json()["id"]

    answers = [api.get(f"/partner/143/hooks/{number}"), api.get("/channel/x/hooks"), anyone.get(HOOKS)]

    assert [(answer.status_code, answer.json()["error"]["code"]) for answer in answers] == [
        (404, 404),
        (403, 403),
        (401, 401),
    ]


def test_a_subscription_by_mail_is_no_hook(api: Client, settings: Settings) -> None:
    servers.set_up(settings)
    mailed = {"to": "ops@shop.example", "schedule": {"cron": "0 7 * * *"}}
    body = {"name": "Files", "mechanism": "email", "email": mailed}
    number = send(api, "POST", PATH, body).json()["subscriptionId"]

    answers = [api.get(f"{HOOKS}/{number}"), api.delete(f"{HOOKS}/{number}")]

    assert api.get(HOOKS).json() == []
    assert_legacy_error(answers[0], 404)
    assert_legacy_error(answers[1], 404)
    assert api.get(f"{PATH}/{number}").status_code == 200


def test_parameters_mean_nothing(api: Client) -> None:
    assert (api.get(f"{HOOKS}?page=2").status_code, api.get(f"{HOOKS}?page=2").json()) == (200, [])


def test_registering_again_locks_the_row_that_it_writes(api: Client) -> None:
    """Otherwise it writes back the position, the generation and the secrets that it read before others."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite locks all")
    send(api, "POST", HOOKS, HOOK)

    with CaptureQueriesContext(connection) as queries:
        send(api, "POST", HOOKS, HOOK | {"name": "other"})

    reads = [query["sql"] for query in queries if 'FROM "delivery_subscription"' in query["sql"]]
    assert "FOR UPDATE" in reads[0]
