import re
import time
from typing import Any

import pytest
from django.test import Client

from tests.conftest import Credentials
from tests.shapes import assert_problem

pytestmark = [pytest.mark.wire, pytest.mark.django_db]

PATH = "/identity/token"
AUTH = "auth"
CREDENTIALS = "auth.apiKeyCredentials"
USERNAME = "auth.apiKeyCredentials.username"
KEY = "auth.apiKeyCredentials.apiKey"

EXAMPLE = '{"auth": {"apiKeyCredentials": {"username": "YOUR-NAME", "apiKey": "YOUR-KEY"}}}'
GOOD = '{"auth":{"apiKeyCredentials":{"username":"poller","apiKey":"กุญแจ"}}}'

UNREADABLE = {
    "empty braces cut off": b'{"auth": {',
    "not JSON": b"username=poller&apiKey=x",
    "UTF-16": GOOD.encode("utf-16"),
    "Thai in its old encoding": GOOD.encode("tis-620"),
    "half of a surrogate pair": rb'{"auth":{"apiKeyCredentials":{"username":"\ud800","apiKey":"x"}}}',
    "NaN": b'{"auth": NaN}',
    "two documents": b"{}{}",
    "nested too deep": b"[" * 8_000,
    "a list": b"[]",
    "a list of bodies": f"[{GOOD}]".encode(),
    "a number": b"143",
    "a text": b'"auth"',
    "null": b"null",
}


def fields(**credentials: Any) -> dict[str, Any]:
    """A body with these credentials."""
    return {"auth": {"apiKeyCredentials": credentials}}


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_body_that_is_not_a_json_object_is_refused(anyone: Client, case: str) -> None:
    response = anyone.generic("POST", PATH, UNREADABLE[case], content_type="application/json")

    detail = response.json()["errors"][0]["detail"]
    assert "must be a JSON object" in detail
    error = {"parameter": "body", "detail": detail, "suggestion": EXAMPLE}
    assert_problem(response, 400, "BAD_BODY", detail="The body was not accepted.", errors=[error])


@pytest.mark.parametrize("size", [16 * 1024 + 1, 2 * 1024 * 1024])
def test_a_body_that_is_too_long_is_refused(anyone: Client, size: int) -> None:
    response = anyone.generic("POST", PATH, GOOD.encode().ljust(size), content_type="application/json")

    error = {"parameter": "body", "detail": "must be at most 16384 bytes", "suggestion": None}
    assert_problem(response, 400, "BAD_BODY", errors=[error])


def test_a_body_of_exactly_16_kib_is_read(anyone: Client) -> None:
    body = GOOD.encode().ljust(16 * 1024)

    response = anyone.generic("POST", PATH, body, content_type="application/json")

    assert_problem(response, 401, "WRONG_CREDENTIALS")


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, {AUTH}),
        ({"auth": None}, {AUTH}),
        ({"auth": "poller"}, {AUTH}),
        ({"auth": []}, {AUTH}),
        ({"auth": {}}, {CREDENTIALS}),
        ({"auth": {"apiKeyCredentials": None}}, {CREDENTIALS}),
        ({"auth": {"apiKeyCredentials": [1]}}, {CREDENTIALS}),
        ({"auth": {"passwordCredentials": {"username": "a", "password": "b"}}}, {CREDENTIALS}),
        ({"username": "poller", "apiKey": "x"}, {AUTH}),
        (fields(), {USERNAME, KEY}),
        (fields(apiKey="x"), {USERNAME}),
        (fields(username="poller"), {KEY}),
        (fields(username="", apiKey=""), {USERNAME, KEY}),
        (fields(username=None, apiKey=None), {USERNAME, KEY}),
        (fields(username=["poller"], apiKey={"a": 1}), {USERNAME, KEY}),
        (fields(username=True, apiKey=False), {USERNAME, KEY}),
        (fields(username="a\0b", apiKey="a\0b"), {USERNAME, KEY}),
        (fields(username="a" * 101, apiKey="a" * 201), {USERNAME, KEY}),
    ],
    ids=str,
)
def test_each_field_that_is_missing_or_wrong_is_named(
    anyone: Client, body: dict[str, Any], named: set[str]
) -> None:
    response = anyone.post(PATH, body, content_type="application/json")

    errors = response.json()["errors"]
    assert {error["parameter"] for error in errors} == named
    assert all(set(error) == {"parameter", "detail", "suggestion"} and error["detail"] for error in errors)
    assert {error["suggestion"] for error in errors} == {EXAMPLE if named <= {AUTH, CREDENTIALS} else None}
    assert_problem(response, 400, "BAD_BODY", detail="The body was not accepted.", errors=errors)


def test_an_empty_body_lacks_the_first_field(anyone: Client) -> None:
    response = anyone.generic("POST", PATH, b"", content_type="application/json")

    error = {"parameter": "auth", "detail": "This field is required.", "suggestion": EXAMPLE}
    assert_problem(response, 400, "BAD_BODY", errors=[error])


@pytest.mark.parametrize("headers", [{"X-API-Key": "x"}, {"Authorization": "Basic cG9sbGVyOng="}], ids=str)
def test_a_key_in_a_header_is_answered_with_the_right_body(anyone: Client, headers: dict[str, str]) -> None:
    response = anyone.post(PATH, headers=headers)

    assert_problem(response, 400, "BAD_BODY", errors=response.json()["errors"])
    assert [error["suggestion"] for error in response.json()["errors"]] == [EXAMPLE]


def test_the_body_that_is_suggested_has_the_right_form(anyone: Client, caller: Credentials) -> None:
    body = EXAMPLE.replace("YOUR-NAME", caller.username).replace("YOUR-KEY", caller.key)

    response = anyone.generic("POST", PATH, body.encode(), content_type="application/json")

    assert response.status_code == 200


@pytest.mark.parametrize("text", ["a", " ", "a ", " a"])
def test_no_username_is_costly_to_refuse(anyone: Client, text: str) -> None:
    body = fields(username=(text * 16_000)[:16_000] + "\x00\x00", apiKey="x")
    before = time.process_time()

    response = anyone.post(PATH, body, content_type="application/json")

    assert response.status_code == 400
    assert (
        time.process_time() - before < 0.2
    )  # a few milliseconds; one that tried all ways took half a second


@pytest.mark.parametrize("blank", ["\x1c", "\x1f", "\x85", " \x1d "], ids=repr)
def test_what_is_blank_to_us_is_blank_by_the_published_pattern(anyone: Client, blank: str) -> None:
    schema = anyone.get("/schema/v3").json()["components"]["schemas"]["ApiKeyCredentials"]
    pattern = schema["properties"]["username"]["pattern"]

    response = anyone.post(PATH, fields(username=blank, apiKey="x"), content_type="application/json")

    error = {"parameter": USERNAME, "detail": "This field may not be blank.", "suggestion": None}
    assert_problem(response, 400, "BAD_BODY", errors=[error])
    assert re.search(pattern, blank, re.ASCII) is None  # in ASCII no control is a space, as in ECMAScript
