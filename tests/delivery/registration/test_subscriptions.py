"""Registration of webhooks, whole (contract, section 9)."""

import re
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from django.test import Client
from pytest_django import Settings

from callers.administration import create_caller
from delivery.models import Subscription
from testbed.events import at, new_orders
from testbed.tokens import issue_token
from tests.conftest import Publish

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead")]

PATH = "/channel/lazada-th/subscriptions"
BODY = {"name": "ERP Bangkok", "mechanism": "webhook", "webhook": {"url": "https://shop.example/hook"}}


def send(api: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """A request with a JSON body."""
    content = b"" if body is None else orjson.dumps(body)
    return api.generic(method, path, content, content_type="application/json", headers=headers)


def test_a_subscription_is_created_and_shown_whole(api: Client, publish: Publish) -> None:
    publish(*new_orders(3))

    created = send(
        api, "POST", PATH, BODY | {"webhook": {"url": "https://shop.example/hook", "rate": "600/m"}}
    )

    body = created.json()
    secret = body["webhook"].pop("secret")
    number = body.pop("subscriptionId")
    made = body.pop("createdTime")
    assert created.status_code == 201
    assert created["Location"] == f"http://testserver{PATH}/{number}"
    assert re.fullmatch(r"sub[0-9a-f]{16}", number)
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", secret)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", made)
    assert body == {
        "channelId": "lazada-th",
        "name": "ERP Bangkok",
        "mechanism": "webhook",
        "active": True,
        "orderStatus": None,
        "contactEmail": None,
        "webhook": {
            "url": "https://shop.example/hook",
            "format": "SALES_ORDER_STATUS_V3",
            "rate": "600/m",
            "concurrency": 8,
        },
        "state": "ACTIVE",
        "stateReason": None,
        "nextAttemptTime": None,
        "pace": {"concurrency": 1},
        "position": at(3),
        "behind": {"orders": 0, "seconds": 0.0},
        "heldOrders": 0,
    }


def test_the_secret_is_shown_once(api: Client) -> None:
    created = send(api, "POST", PATH, BODY).json()
    given = send(
        api, "POST", PATH, BODY | {"webhook": {"url": "https://a.example/", "secret": "s" * 24}}
    ).json()

    shown = api.get(f"{PATH}/{created['subscriptionId']}").json()
    listed = api.get(PATH).json()["subscriptions"]

    assert "secret" not in shown["webhook"]
    assert "secret" not in given["webhook"]
    assert [row["subscriptionId"] for row in listed] == [created["subscriptionId"], given["subscriptionId"]]
    assert not any("behind" in row for row in listed)
    assert "whsec_" not in Subscription.objects.get(public_id=created["subscriptionId"]).secrets


@pytest.mark.parametrize(
    ("change", "parameter", "detail"),
    [
        ({"name": ""}, "name", "This field may not be blank."),
        ({"name": "x" * 101}, "name", "Ensure this field has no more than 100 characters."),
        ({"name": 7}, "name", "must be a text without control characters"),
        ({"name": "a\nb"}, "name", "must be a text without control characters"),
        ({"nmae": "x"}, "nmae", None),
        ({"mechanism": "pigeon"}, "mechanism", '"pigeon" is not a valid choice.'),
        ({"active": "yes"}, "active", "must be true or false"),
        (
            {"contactEmail": "nobody"},
            "contactEmail",
            "must be one address in ASCII, such as ops@shop.example",
        ),
        ({"orderStatus": []}, "orderStatus", "must not be empty; null is for orders of every status"),
        ({"orderStatus": ["DELIVERED"]}, "orderStatus.0", '"DELIVERED" is not a valid choice.'),
        ({"start": "tomorrow"}, "start", None),
        ({"start": 5}, "start", "must be now, beginning, or a time"),
        ({"webhook": None}, "webhook", "This field may not be null."),
        ({"webhook": []}, "webhook", None),
        ({"webhook": {}}, "webhook.url", "This field is required."),
    ],
)
def test_bad_input_is_named_and_nothing_is_made(
    api: Client, change: dict[str, Any], parameter: str, detail: str | None
) -> None:
    response = send(api, "POST", PATH, BODY | change)

    errors = response.json()["errors"]
    assert response.status_code == 400
    assert parameter in [error["parameter"] for error in errors]
    assert detail is None or detail in [error["detail"] for error in errors]
    assert not Subscription.objects.exists()


def test_a_misspelt_member_is_refused_with_the_nearest(api: Client) -> None:
    response = send(api, "POST", PATH, BODY | {"webhook": {"url": "https://a.example/", "concurency": 3}})

    known = "url, format, rate, concurrency, secret, authorization"
    error = {
        "parameter": "webhook.concurency",
        "detail": f"is not known here; known are {known}",
        "suggestion": "concurrency",
    }
    assert response.json()["errors"] == [error]


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/hook",
        "ftp://shop.example/hook",
        "//shop.example/hook",
        "shop.example",
        "https://user:pass@shop.example/",
        "https://user@shop.example/",
        "https://shop.example/#part",
        "https://shop.example/a b",
        "https://shöp.example/",
        "https://",
        "https://:443/",
        "https://shop.example:0/",
        "https://shop.example:99999/",
        "https://shop.example:22/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[::ffff:0:7f00:1]/",
        "https://[4000::1]/",
        "https://[64:ff9b::a00:1]/",
        "https://10.1.2.3/",
        "https://169.254.169.254/",
        "https://0x7f000001/",
        "https://2130706433/",
        "https://127.1/",
        "https://" + "a" * 64 + ".example/",
        "https://shop.example/" + "x" * 2000,
        "https://shop.example\\@evil.example/",
        "https://sh%6fp.example/",
        "https://shop!.example/",
        "https://shop-.example/",
        "https://shop..example/",
        "https://[v1.shop]/",
        "https://testserver/",
        "https://testserver./",
        "https://TestServer:8443/",
    ],
)
def test_a_url_that_we_would_not_connect_to_is_refused_without_repeating_it(api: Client, url: str) -> None:
    response = send(api, "POST", PATH, BODY | {"webhook": {"url": url}})

    errors = response.json()["errors"]
    assert [error["parameter"] for error in errors] == ["webhook.url"]
    assert "user:" not in response.content.decode()


def test_a_patch_changes_what_it_names(api: Client) -> None:
    made = send(api, "POST", PATH, BODY | {"orderStatus": ["NEW"]}).json()
    path = f"{PATH}/{made['subscriptionId']}"

    patched = send(api, "PATCH", path, {"name": "Other", "orderStatus": None, "webhook": {"concurrency": 2}})

    expected = {**made, "name": "Other", "orderStatus": None, "webhook": made["webhook"] | {"concurrency": 2}}
    del expected["webhook"]["secret"]
    assert patched.status_code == 200
    assert patched.json() == expected


@pytest.mark.parametrize("patch", [{"name": None}, {"webhook": None}, {"webhook": {"url": None}}])
def test_a_patch_that_takes_away_what_must_be_is_refused(api: Client, patch: dict[str, Any]) -> None:
    made = send(api, "POST", PATH, BODY).json()
    path = f"{PATH}/{made['subscriptionId']}"

    response = send(api, "PATCH", path, patch)

    assert response.status_code == 400
    assert api.get(path).json()["webhook"]["url"] == "https://shop.example/hook"


def test_what_is_read_only_is_refused_with_what_to_use_unless_it_is_as_shown(api: Client) -> None:
    made = send(api, "POST", PATH, BODY).json()
    path = f"{PATH}/{made['subscriptionId']}"
    shown = api.get(path).json()

    same = send(api, "PATCH", path, {"state": "ACTIVE", "subscriptionId": shown["subscriptionId"]})
    other = send(api, "PATCH", path, {"state": "PAUSED", "position": at(1)})

    assert same.status_code == 200
    assert [(error["parameter"], error["detail"]) for error in other.json()["errors"]] == [
        ("position", "cannot be changed; use POST .../replay instead"),
        ("state", "cannot be changed; use active instead"),
    ]


def test_pause_and_resume(api: Client) -> None:
    path = f"{PATH}/{send(api, 'POST', PATH, BODY).json()['subscriptionId']}"

    states = [send(api, "PATCH", path, {"active": active}).json()["state"] for active in (False, True)]

    assert states == ["PAUSED", "ACTIVE"]


def test_a_deleted_subscription_is_gone(api: Client) -> None:
    path = f"{PATH}/{send(api, 'POST', PATH, BODY).json()['subscriptionId']}"

    deleted = api.delete(path)

    assert (deleted.status_code, deleted.content) == (204, b"")
    assert api.get(path).status_code == 404
    assert api.get(PATH).json() == {"subscriptions": []}


def test_others_see_nothing_of_it(api: Client, anyone: Client) -> None:
    made = send(api, "POST", PATH, BODY).json()["subscriptionId"]
    elsewhere = api.get(f"/partner/143/subscriptions/{made}")
    not_granted = api.get(f"/channel/other/subscriptions/{made}")
    without = anyone.get(f"{PATH}/{made}")

    assert [answer.status_code for answer in (elsewhere, not_granted, without)] == [404, 403, 401]


def test_a_replay_sets_the_position_back_and_never_ahead_of_the_newest(api: Client, publish: Publish) -> None:
    publish(*new_orders(3))
    path = f"{PATH}/{send(api, 'POST', PATH, BODY).json()['subscriptionId']}"

    bodies = [
        send(api, "POST", f"{path}/replay", {"updatedSince": time}).json()
        for time in (at(1), None, "2101-01-01T00:00:00Z")
    ]

    assert [body["position"] for body in bodies] == [at(1), None, at(3)]
    assert [body["behind"]["orders"] for body in bodies] == [2, 3, 0]


def test_an_order_is_resent_apart_from_the_flow(api: Client, publish: Publish) -> None:
    publish(*new_orders(1))
    path = f"{PATH}/{send(api, 'POST', PATH, BODY).json()['subscriptionId']}"

    taken = send(api, "POST", f"{path}/resend", {"channelId": "lazada-th", "orderId": "O-1"})
    unknown = send(api, "POST", f"{path}/resend", {"channelId": "lazada-th", "orderId": "X"})

    (held,) = api.get(f"{path}/held").json()["held"]
    assert (taken.status_code, taken.content) == (202, b"")
    assert (held["orderId"], held["updatedTime"], held["tries"], held["state"]) == ("O-1", at(1), 0, "HELD")
    assert [error["parameter"] for error in unknown.json()["errors"]] == ["orderId"]


def test_a_secret_is_rotated(api: Client) -> None:
    path = f"{PATH}/{send(api, 'POST', PATH, BODY).json()['subscriptionId']}"

    made = send(api, "POST", f"{path}/rotate-secret", {}).json()
    given = send(api, "POST", f"{path}/rotate-secret", {"secret": "g" * 24, "overlapHours": 0}).json()

    assert made["secret"].startswith("whsec_")
    assert given == {"secret": "g" * 24}


def test_there_are_at_most_so_many(api: Client, settings: Settings) -> None:
    settings.MAX_SUBSCRIPTIONS_OF_SCOPE = 2
    answers = [send(api, "POST", PATH, BODY) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 409]
    assert answers[2].json()["code"] == "TOO_MANY_SUBSCRIPTIONS"


@pytest.mark.parametrize(
    ("body", "status"), [(b"[]", 400), (b"7", 400), (b'{"name": "x', 400), (b"{" + b" " * 65_536, 413)]
)
def test_a_body_that_is_no_object_is_refused(api: Client, body: bytes, status: int) -> None:
    response = api.post(PATH, body, content_type="application/json")

    assert response.status_code == status
    assert not Subscription.objects.exists()


def test_location_leads_to_the_subscription_whatever_the_channel_is_called(anyone: Client) -> None:
    name = "a?b#c%d ส"
    key = create_caller(username="odd", channels=[name])
    headers = {"X-Subject-Token": issue_token(username="odd", key=key)[0]}

    made = send(anyone, "POST", f"/channel/{quote(name)}/subscriptions", BODY, **headers)

    found = anyone.get(made["Location"].removeprefix("http://testserver"), headers=headers)
    assert (found.status_code, found.json()["channelId"]) == (200, name)


def test_starts(api: Client, publish: Publish) -> None:
    publish(*new_orders(3))

    positions = [
        send(api, "POST", PATH, BODY | {"start": start}).json()["position"]
        for start in ("now", "beginning", at(2), "2101-01-01T00:00:00Z")
    ]

    assert positions == [at(3), None, at(2), at(3)]
