"""A creation that is asked for again, because its answer was lost (contract, section 9)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.db.models import F
from django.test import Client
from pytest_django import Settings

from delivery.models import IdempotencyKey, Subscription
from tests.delivery.registration.requests import BODY, PATH, send
from tests.shapes import assert_problem

pytestmark = pytest.mark.wire

KEY = {"Idempotency-Key": "once"}
REUSED = "This Idempotency-Key was used for another body. Use a new key for a new subscription."


def create(api: Client, body: Any = BODY, path: str = PATH, **headers: str) -> Any:
    return send(api, "POST", path, body, **(headers or KEY))


@pytest.mark.usefixtures("far_ahead")
def test_the_answer_is_the_same_again_with_the_secret_that_was_made(api: Client) -> None:
    first, again = create(api), create(api)

    assert first.json()["webhook"]["secret"].startswith("whsec_")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Location"] == first["Location"]
    assert Subscription.objects.count() == 1


@pytest.mark.usefixtures("far_ahead")
def test_a_secret_that_was_given_or_replaced_is_not_shown(api: Client) -> None:
    webhook = {"url": "https://shop.example/", "secret": "g" * 24}
    given = [create(api, BODY | {"webhook": webhook}, **{"Idempotency-Key": "given"}) for _ in range(2)]
    numbers = [create(api, **{"Idempotency-Key": key}).json()["subscriptionId"] for key in ("a", "b")]
    send(api, "POST", f"{PATH}/{numbers[0]}/rotate-secret", {})
    send(api, "PATCH", f"{PATH}/{numbers[1]}", {"webhook": {"secret": "n" * 24}})

    replaced = [create(api, **{"Idempotency-Key": key}) for key in ("a", "b")]

    assert [answer.status_code for answer in given + replaced] == [201] * 4
    assert [answer.json()["subscriptionId"] for answer in replaced] == numbers
    assert not ["secret" for answer in given + replaced if "secret" in answer.json()["webhook"]]


@pytest.mark.usefixtures("far_ahead")
def test_another_body_or_path_is_refused(api: Client) -> None:
    create(api)

    answers = [create(api, BODY | {"name": "Another"}), create(api, path="/partner/143/subscriptions")]

    for answer in answers:
        assert_problem(answer, 422, "IDEMPOTENCY_KEY_REUSED", detail=REUSED)
    assert Subscription.objects.count() == 1


@pytest.mark.usefixtures("far_ahead")
def test_a_key_is_free_again_after_a_day_or_once_its_subscription_is_deleted(api: Client) -> None:
    numbers = [create(api).json()["subscriptionId"]]
    api.delete(f"{PATH}/{numbers[0]}")
    numbers.append(create(api).json()["subscriptionId"])
    IdempotencyKey.objects.update(created_time=F("created_time") - timedelta(hours=24, seconds=1))
    numbers.append(create(api, BODY | {"name": "Another"}).json()["subscriptionId"])

    assert len(set(numbers)) == 3
    assert IdempotencyKey.objects.count() == 1


@pytest.mark.parametrize("key", ["x" * 256, "tab\tinside"], ids=["long", "tab"])
@pytest.mark.usefixtures("far_ahead")
def test_a_key_that_is_none_is_refused(api: Client, key: str) -> None:
    answer = create(api, **{"Idempotency-Key": key})

    assert answer.status_code == 400
    assert [error["parameter"] for error in answer.json()["errors"]] == ["Idempotency-Key"]
    assert not Subscription.objects.exists()


def at_once(token: str, *bodies: Any, **headers: str) -> list[Any]:
    """The answers to creations that begin together."""
    start = Barrier(len(bodies))

    def ask(body: Any) -> Any:
        client = Client(raise_request_exception=False, headers={"X-Subject-Token": token})
        start.wait()
        try:
            return send(client, "POST", PATH, body, **headers)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(bodies)) as threads:
        return list(threads.map(ask, bodies))


@pytest.mark.usefixtures("deliverable")
def test_of_those_that_come_at_once_one_creates(token: str) -> None:
    answers = at_once(token, *[BODY] * 4, **KEY)

    assert [answer.status_code for answer in answers] == [201] * 4
    assert [answer.json() for answer in answers] == [answers[0].json()] * 4
    assert Subscription.objects.count() == 1


@pytest.mark.usefixtures("deliverable")
def test_two_that_come_at_once_do_not_pass_the_limit(token: str, settings: Settings) -> None:
    settings.MAX_SUBSCRIPTIONS_OF_SCOPE = 2

    answers = at_once(token, *[BODY] * 4)

    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409]
    assert Subscription.objects.count() == 2
