import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from callers.administration import revoke_caller, rotate_key
from callers.models import Caller
from callers.tokens import forget_tokens
from testbed.feeds import PATH
from testbed.tokens import issue_token
from tests.conftest import Credentials
from tests.shapes import assert_legacy_error, assert_problem

pytestmark = pytest.mark.wire

PATHS = [PATH, "/partner/143/sales-order-status/id?id=A"]
V3 = [f"/v3{path}" for path in PATHS]
V2 = [f"{prefix}{path}" for prefix in ("/v2", "") for path in PATHS]

MISSING = "Send a token from POST /identity/token in the header X-Subject-Token."
KEY_SENT = "An API key opens nothing by itself: trade it for a token by POST /identity/token, and send that."
REFUSED = "The token is unknown, expired or revoked. Get a new one from POST /identity/token."


@pytest.mark.parametrize("path", V3)
def test_v3_without_a_token_is_told_where_to_get_one(anyone: Client, path: str) -> None:
    response = anyone.get(path)

    assert_problem(response, 401, "UNAUTHENTICATED")


@pytest.mark.parametrize("path", V2)
def test_v2_without_a_token_is_told_where_to_get_one(anyone: Client, path: str) -> None:
    response = anyone.get(path)

    assert_legacy_error(response, 401, errors=[{"message": MISSING, "reason": "unauthenticated"}])


@pytest.mark.parametrize("token", ["0" * 32, "x", "é", "0" * 8_000, "None", "*"])
@pytest.mark.django_db
def test_an_unknown_token_is_refused(anyone: Client, token: str) -> None:
    response = anyone.get(V3[0], headers={"X-Subject-Token": token})

    assert_problem(response, 401, "UNAUTHENTICATED", detail=REFUSED)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
@pytest.mark.parametrize("path", [*V3, *V2])
def test_a_bearer_token_is_accepted_too(anyone: Client, token: str, scheme: str, path: str) -> None:
    response = anyone.get(path, headers={"Authorization": f"{scheme} {token}"})

    assert response.status_code == 200


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer ", "{token}", "Token {token}"])
def test_another_authorization_is_none(anyone: Client, token: str, value: str) -> None:
    response = anyone.get(V3[0], headers={"Authorization": value.format(token=token)})

    assert_problem(response, 401, "UNAUTHENTICATED")


@pytest.mark.parametrize("name", ["X-Subject-Token", "Authorization"])
def test_a_key_in_place_of_a_token_is_told_what_it_is_for(
    anyone: Client, caller: Credentials, name: str
) -> None:
    prefix = "Bearer " if name == "Authorization" else ""

    own, made_up = (anyone.get(V3[0], headers={name: prefix + key}) for key in (caller.key, "x" * 43))

    for response in (own, made_up):
        assert_problem(response, 401, "UNAUTHENTICATED", detail=KEY_SENT)


@pytest.mark.parametrize("headers", [{"X-API-Key": "x"}, {"Authorization": "basic cG9sbGVyOng="}], ids=str)
@pytest.mark.django_db
def test_a_key_where_other_apis_take_it_is_told_so_too(anyone: Client, headers: dict[str, str]) -> None:
    response = anyone.get(V3[0], headers=headers)

    assert_problem(response, 401, "UNAUTHENTICATED", detail=KEY_SENT)


def test_a_token_beside_a_key_is_enough(api: Client) -> None:
    assert api.get(V3[0], headers={"X-API-Key": "x"}).status_code == 200


def test_the_token_is_found_in_its_own_header_first(anyone: Client, token: str) -> None:
    response = anyone.get(V3[0], headers={"X-Subject-Token": token, "Authorization": "Bearer other"})

    assert response.status_code == 200


def test_a_token_ends_after_an_hour_even_if_it_is_remembered(anyone: Client, caller: Credentials) -> None:
    with time_machine.travel("2026-11-23T10:00:00Z", tick=False) as clock:
        token, _ = issue_token(username=caller.username, key=caller.key)
        headers = {"X-Subject-Token": token}
        clock.shift(3599)
        good = anyone.get(V3[0], headers=headers)
        clock.shift(1)
        ended = anyone.get(V3[0], headers=headers)

    assert good.status_code == 200
    assert_problem(ended, 401, "UNAUTHENTICATED", detail=REFUSED)


@pytest.mark.parametrize("end", [revoke_caller, rotate_key])
def test_a_caller_that_is_shut_out_is_out_once_its_token_is_forgotten(
    api: Client, caller: Credentials, end: object
) -> None:
    before = api.get(V3[0]).status_code
    end(username=caller.username)  # type: ignore[operator]  # one of two functions with the same argument
    remembered = api.get(V3[0]).status_code
    forget_tokens()

    after = api.get(V3[0])

    assert (before, remembered) == (200, 200)
    assert_problem(after, 401, "UNAUTHENTICATED", detail=REFUSED)


def test_a_token_that_was_given_while_its_caller_was_revoked_is_none(
    api: Client, caller: Credentials
) -> None:
    Caller.objects.filter(username=caller.username).update(revoked_time=timezone.now())

    response = api.get(V3[0])

    assert_problem(response, 401, "UNAUTHENTICATED", detail=REFUSED)
