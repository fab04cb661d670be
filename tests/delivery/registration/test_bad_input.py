"""Bad input at every endpoint: a problem that names the field, and nothing changed (contract, section 9)."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from delivery import secrets
from delivery.models import HeldOrder, Subscription
from testbed.events import at, new_orders
from tests.conftest import Publish
from tests.delivery.registration.requests import BODY, PATH, made, send
from tests.shapes import assert_problem, assert_quota_exceeded

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead")]

NO_OBJECTS = [b"[]", b"7", b'"text"', b"null", b'{"name": ', b"\xff", b'{"name": "\xff"}']


def rows() -> list[Any]:
    """All that is stored of subscriptions."""
    return [*Subscription.objects.values(), *HeldOrder.objects.values()]


def named(response: Any) -> list[str]:
    """The fields that a 400 names."""
    assert response.status_code == 400, response.content
    return [error["parameter"] for error in response.json()["errors"]]


@pytest.mark.parametrize(
    ("webhook", "parameter"),
    [
        ({"url": ""}, "webhook.url"),
        ({"url": ["https://a.example/"]}, "webhook.url"),
        ({"url": "https://a.example/\n"}, "webhook.url"),
        ({"format": "SALES_ORDER_STATUS_V4"}, "webhook.format"),
        ({"format": None}, "webhook.format"),
        ({"rate": "0/m"}, "webhook.rate"),
        ({"rate": "600"}, "webhook.rate"),
        ({"rate": 600}, "webhook.rate"),
        ({"rate": "600/d"}, "webhook.rate"),
        ({"rate": "600/mm"}, "webhook.rate"),
        ({"rate": "x600/m"}, "webhook.rate"),
        ({"rate": "600/m\n600/m"}, "webhook.rate"),
        ({"rate": True}, "webhook.rate"),
        ({"concurrency": 0}, "webhook.concurrency"),
        ({"concurrency": 33}, "webhook.concurrency"),
        ({"concurrency": True}, "webhook.concurrency"),
        ({"concurrency": "8"}, "webhook.concurrency"),
        ({"concurrency": 1.5}, "webhook.concurrency"),
        ({"concurrency": 1e300}, "webhook.concurrency"),
        ({"secret": "x" * 23}, "webhook.secret"),
        ({"secret": "x" * 257}, "webhook.secret"),
        ({"secret": None}, "webhook.secret"),
        ({"secret": ["x" * 24]}, "webhook.secret"),
        ({"secret": "whsec_" + "!" * 24}, "webhook.secret"),
        ({"secret": "whsec_" + "QUJD" * 8 + "Q"}, "webhook.secret"),
        ({"authorization": "Bearer x\r\nHost: y"}, "webhook.authorization"),
        ({"authorization": "x" * 1001}, "webhook.authorization"),
        ({"authorization": ""}, "webhook.authorization"),
        ({"authorization": {"Bearer": "x"}}, "webhook.authorization"),
        ({"authorization": "Bearer \x9b"}, "webhook.authorization"),
        ({"URL": "https://a.example/"}, "webhook.URL"),
    ],
    ids=str,
)
def test_a_bad_member_of_webhook_is_named(api: Client, webhook: dict[str, Any], parameter: str) -> None:
    path = made(api)
    before = rows()

    created = send(api, "POST", PATH, BODY | {"webhook": BODY["webhook"] | webhook})  # type: ignore[operator]  # a dict
    patched = send(api, "PATCH", path, {"webhook": webhook})

    assert named(created) == [parameter]
    null_restores = webhook == {"format": None}
    assert patched.status_code == 200 if null_restores else named(patched) == [parameter]
    assert null_restores or rows() == before


@pytest.mark.parametrize("body", NO_OBJECTS, ids=str)
@pytest.mark.parametrize("tail", ["", "/replay", "/resend", "/rotate-secret", "/test"])
def test_a_body_that_is_no_object_is_refused_everywhere(api: Client, body: bytes, tail: str) -> None:
    path = made(api)
    before = rows()
    method = "POST" if tail else "PATCH"

    response = api.generic(method, path + tail, body, content_type="application/json")

    assert named(response) == ["body"]
    assert rows() == before


def test_a_body_of_65_kib_is_too_large(api: Client) -> None:
    path = made(api)
    before = rows()

    response = send(api, "PATCH", path, {"name": "x" * 65 * 1024})

    assert_problem(response, 413, "BODY_TOO_LARGE", detail="A body may have 65536 bytes at most.")
    assert rows() == before


@pytest.mark.parametrize(
    ("tail", "body", "parameters"),
    [
        ("/replay", {}, ["updatedSince"]),
        ("/replay", {"updatedSince": "monday"}, ["updatedSince"]),
        ("/replay", {"updatedSince": 7}, ["updatedSince"]),
        ("/replay", {"updatedSince": "now"}, ["updatedSince"]),
        ("/replay", {"updatedSince": "beginning"}, ["updatedSince"]),
        ("/replay", {"updatedSince": ["now"]}, ["updatedSince"]),
        ("/replay", {"updatedSince": None, "since": None}, ["since"]),
        ("/replay", {"updatedSince": "1969-12-31T23:59:59Z"}, ["updatedSince"]),
        ("/resend", {}, ["channelId", "orderId"]),
        ("/resend", {"channelId": "lazada-th", "orderId": ["O-1"]}, ["orderId"]),
        ("/resend", {"channelId": "other", "orderId": "O-1"}, ["orderId"]),
        ("/resend", {"channelId": "lazada-th", "orderId": "x" * 101}, ["orderId"]),
        ("/resend", {"channelId": "lazada-th", "orderId": "O-1\0"}, ["orderId"]),
        ("/rotate-secret", {"secret": "short"}, ["secret"]),
        ("/rotate-secret", {"secret": "whsec_not base64, but long enough"}, ["secret"]),
        ("/rotate-secret", {"secret": None}, ["secret"]),
        ("/rotate-secret", {"overlapHours": 169}, ["overlapHours"]),
        ("/rotate-secret", {"overlapHours": -1}, ["overlapHours"]),
        ("/rotate-secret", {"overlapHours": "24"}, ["overlapHours"]),
        ("/rotate-secret", {"overlap": 24}, ["overlap"]),
    ],
)
def test_a_bad_action_is_named_and_changes_nothing(
    api: Client, publish: Publish, tail: str, body: dict[str, Any], parameters: list[str]
) -> None:
    publish(*new_orders(1))
    path = made(api)
    before = rows()

    response = send(api, "POST", path + tail, body)

    assert named(response) == parameters
    assert rows() == before


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("attempts?before=x", "before"),
        ("attempts?before=-1", "before"),
        ("attempts?before=", "before"),
        ("attempts?outcome=LOST", "outcome"),
        ("attempts?outcome=", "outcome"),
        ("attempts?orderId=", "orderId"),
        ("attempts?orderId=O-1%00", "orderId"),
        ("held?after=1.5", "after"),
        (f"held?after={'9' * 19}", "after"),
        ("attempts?befor=1", "befor"),
        ("attempts?before=1&before=2", "before"),
        ("held?before=1", "before"),
        ("?pageSize=5", "pageSize"),
    ],
)
def test_a_bad_parameter_of_a_list_is_named(api: Client, query: str, parameter: str) -> None:
    assert named(api.get(f"{made(api)}/{query}".replace("/?", "?"))) == [parameter]


@pytest.mark.parametrize(
    "name", ["%00", "sub%00", "sub1", "sub5f2b6c0d9a7e4f31%20", "%F0%9F%92%A9", "x" * 3000]
)
def test_a_subscription_of_another_name_is_not_there(api: Client, name: str) -> None:
    detail = "There is no such subscription of yours under this channel or partner."

    for tail in ("", "/attempts", "/held"):
        assert_problem(api.get(f"{PATH}/{name}{tail}"), 404, "NOT_FOUND", detail=detail)


@pytest.mark.parametrize(
    ("patch", "parameter"),
    [
        ({"nmae": None}, "nmae"),
        ({"": None}, ""),
        ({"email": None}, "email"),
        ({"webhook": {"concurency": None}}, "webhook.concurency"),
    ],
)
def test_null_takes_away_nothing_that_is_not_known(
    api: Client, patch: dict[str, Any], parameter: str
) -> None:
    path = made(api)
    before = rows()

    response = send(api, "PATCH", path, patch)

    assert named(response) == [parameter]
    assert rows() == before


def test_a_subscription_can_be_sent_back_as_it_is_shown(api: Client, publish: Publish) -> None:
    publish(*new_orders(1))
    path = made(api)
    send(api, "POST", f"{path}/resend", {"channelId": "lazada-th", "orderId": "O-1"})
    shown = api.get(path).json()

    changed = send(api, "PATCH", path, shown | {"name": "Another"})

    assert shown["heldOrders"] == 1
    assert (changed.status_code, changed.json()) == (200, shown | {"name": "Another"})


def test_a_secret_is_kept_with_the_spaces_around_it(api: Client) -> None:
    send(api, "POST", PATH, BODY | {"webhook": {"url": "https://shop.example/", "secret": f" {'x' * 24} "}})

    stored = secrets.unseal(Subscription.objects.get().secrets)["secrets"]
    assert stored == [{"text": f" {'x' * 24} "}]


def test_one_more_than_allowed_is_refused(api: Client, settings: Settings) -> None:
    settings.MAX_SUBSCRIPTIONS_OF_SCOPE, settings.MAX_SUBSCRIPTIONS = 2, 3
    path = "/partner/143/subscriptions"

    answers = [send(api, "POST", where, BODY) for where in (PATH, PATH, PATH, path, path)]
    api.delete(f"{PATH}/{answers[0].json()['subscriptionId']}")
    again = send(api, "POST", PATH, BODY)

    detail = "At most 2 subscriptions of a channel or partner and 3 in all: delete one that is not needed."
    assert [answer.status_code for answer in answers] == [201, 201, 409, 201, 409]
    assert_problem(answers[2], 409, "TOO_MANY_SUBSCRIPTIONS", detail=detail)
    assert again.status_code == 201


@pytest.mark.parametrize(
    ("tail", "setting", "policy", "body"),
    [
        ("/replay", "REPLAY_RATE", "replays", {"updatedSince": None}),
        ("/rotate-secret", "ROTATION_RATE", "rotations", {}),
    ],
)
def test_an_action_has_its_limit_for_each_subscription(
    api: Client, settings: Settings, tail: str, setting: str, policy: str, body: dict[str, Any]
) -> None:
    setattr(settings, setting, "1/h")
    paths = [made(api), made(api)]

    answers = [send(api, "POST", path + tail, body) for path in [*paths, paths[0]]]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert_quota_exceeded(answers[2], "1 in 3600 seconds", policy)


def test_a_replay_while_it_is_sending_begins_a_new_generation(api: Client, publish: Publish) -> None:
    publish(*new_orders(2))
    path = made(api)
    Subscription.objects.update(position=at(1), generation=4)

    send(api, "POST", f"{path}/replay", {"updatedSince": None})

    assert Subscription.objects.get().generation == 5
