"""POST .../test: one example now, and nothing changes (contract, section 9)."""

import re
import socket
import time
from typing import Any

import orjson
import pytest
from django.test import Client
from pytest_django import Settings
from standardwebhooks import Webhook

from delivery.models import Attempt, Subscription
from delivery.registration import trying
from delivery.registration.example import example
from orders.v3.serializers import SalesOrderSerializer
from tests.delivery.registration.receivers import black_hole, receiver
from tests.delivery.registration.requests import made, send
from tests.shapes import assert_problem, assert_quota_exceeded

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead")]

SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


@pytest.fixture(autouse=True)
def receivers_are_here(settings: Settings) -> None:
    settings.DELIVERY_NETWORKS = ["127.0.0.0/8"]
    settings.DELIVERY_ALLOW = ["http"]


def test_an_example_arrives_signed_and_marked(api: Client) -> None:
    with receiver() as (url, taken):
        path = made(api, url=url, secret=SECRET)
        response = send(api, "POST", f"{path}/test")

    ((headers, body),) = taken
    order = orjson.loads(body)
    assert response.status_code == 200
    assert response.json()["delivered"] is True
    assert (order["orderId"], order["channelId"]) == ("TEST-1", "lazada-th")
    assert order.keys() == SalesOrderSerializer().fields.keys()
    assert headers["X-Acomm-Test"] == "true"
    assert headers["X-Acomm-Updated-Time"] == order["updatedTime"]
    assert "X-Acomm-Complete-Until" not in headers
    assert Webhook(SECRET).verify(body, headers) == order


def test_a_partner_gets_an_example_of_its_own(api: Client) -> None:
    with receiver() as (url, taken):
        body = {"name": "A", "mechanism": "webhook", "webhook": {"url": url, "format": "SALES_ORDER_STATUS"}}
        number = send(api, "POST", "/partner/143/subscriptions", body).json()["subscriptionId"]
        send(api, "POST", f"/partner/143/subscriptions/{number}/test")

    ((headers, sent),) = taken
    assert headers["X-Acomm-Event"] == "SALES_ORDER_STATUS"
    assert orjson.loads(sent)["orderId"] == "TEST-1"


def test_it_is_kept_as_an_attempt_and_changes_nothing_else(api: Client) -> None:
    with receiver(500) as (url, _):
        path = made(api, url=url)
        before = Subscription.objects.values().get()
        told = send(api, "POST", f"{path}/test").json()

    (listed,) = api.get(f"{path}/attempts?outcome=TEST").json()["attempts"]
    attempt = told["attempt"]
    assert told == {"delivered": False, "attempt": listed}
    assert re.fullmatch(r"\d+", attempt.pop("attemptId"))
    assert attempt.pop("time") == attempt.pop("updatedTime")
    assert 0 <= attempt.pop("milliseconds") < 5_000
    assert attempt == {
        "channelId": "lazada-th",
        "orderId": "TEST-1",
        "batch": None,
        "outcome": "TEST",
        "status": 500,
        "detail": "answered 500",
        "answer": None,
        "nextAttemptTime": None,
    }
    assert Subscription.objects.values().get() == before


def test_what_went_wrong_is_said(api: Client, settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with receiver() as (url, taken):
        paths = [
            made(api, url="https://no-such-name.invalid/"),
            made(api, url=f"http://127.0.0.1:{port}/"),
            made(api, url=url.replace("http", "https")),
            made(api, url=url),
        ]
        settings.DELIVERY_NETWORKS = []
        blocked = send(api, "POST", f"{paths[3]}/test").json()["attempt"]["detail"]
        settings.DELIVERY_NETWORKS = ["127.0.0.0/8"]
        details = [send(api, "POST", f"{path}/test").json()["attempt"]["detail"] for path in paths[:3]]

    assert blocked == "address refused: not a public address"
    assert details[0] == "the name is not known"
    assert details[1].startswith("cannot connect: ")
    assert details[2].startswith("TLS failed: ")
    assert taken == []


@pytest.mark.slow
def test_a_black_hole_is_given_up_and_meanwhile_no_second_test_begins(
    api: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trying, "TEST_SECONDS", 1)
    with black_hole() as url:
        path = made(api, url=url)
        started = time.monotonic()
        told = send(api, "POST", f"{path}/test").json()
        taken = time.monotonic() - started
        with trying.one_at_a_time():
            refused = send(api, "POST", f"{path}/test")

    assert 1 <= taken < 2
    assert (told["delivered"], told["attempt"]["detail"]) == (False, "no answer within 1 s")
    detail = "Another test is under way. Wait the seconds in Retry-After, then send this again."
    assert_problem(refused, 503, "TEST_UNDER_WAY", detail=detail)
    assert Attempt.objects.count() == 1


@pytest.mark.slow
def test_a_look_up_that_hangs_holds_the_answer_no_longer(
    api: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trying, "TEST_SECONDS", 1)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(3))
    path = made(api, url="https://slow.example/")
    started = time.monotonic()

    told = send(api, "POST", f"{path}/test").json()

    assert 1 <= time.monotonic() - started < 2
    assert told["attempt"]["detail"] == "no answer within 1 s"


def test_a_subscription_that_is_deleted_meanwhile_is_not_there(
    api: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiver() as (url, _):
        path = made(api, url=url)

        def deleting(*arguments: Any) -> Any:
            Subscription.objects.all().delete()
            return example(*arguments)

        monkeypatch.setattr(trying, "example", deleting)
        told = send(api, "POST", f"{path}/test")

    detail = "There is no such subscription of yours under this channel or partner."
    assert_problem(told, 404, "NOT_FOUND", detail=detail)
    assert not Attempt.objects.exists()


def test_seven_in_a_minute_are_too_many_for_a_caller(api: Client, settings: Settings) -> None:
    settings.TEST_RATE = "2/m"
    with receiver() as (url, taken):
        paths = [made(api, url=url), made(api, url=url)]
        answers = [send(api, "POST", f"{path}/test") for path in [*paths, *paths]]

    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert_quota_exceeded(answers[2], "2 in 60 seconds", "tests")
    assert len(taken) == 2


def test_a_body_has_no_members(api: Client) -> None:
    response = send(api, "POST", f"{made(api)}/test", {"orderId": "X"})

    assert [error["parameter"] for error in response.json()["errors"]] == ["orderId"]
    assert not Attempt.objects.exists()
