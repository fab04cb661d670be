"""The error shape of each wire, asserted in one place (contract, section 7)."""

from http import HTTPStatus
from typing import Any

QUOTA_TYPE = "https://iana.org/assignments/http-problem-types#quota-exceeded"
DETAILS = {
    "BAD_BODY": "The body was not accepted.",
    "BAD_REQUEST": "The request was not accepted.",
    "UNAUTHENTICATED": "Send a token from POST /identity/token in the header X-Subject-Token.",
    "UNAVAILABLE": "The database does not answer. Nothing is lost; ask again.",
    "WRONG_CREDENTIALS": "The username or the API key is wrong, or the key was revoked.",
}
"""The detail of a problem of this code, where a test names no other."""


def assert_problem(
    response: Any, status: int, code: str, *, detail: str | None = None, **members: Any
) -> None:
    """The answer is this problem, whole, with these other `members`; `detail` may be left to DETAILS."""
    anchor = f"http://testserver/docs/problems#{code.lower().replace('_', '-')}"
    expected = {
        "type": QUOTA_TYPE if status == 429 else anchor,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or DETAILS[code],
        "code": code,
        "requestId": response["X-Request-ID"],
    }
    assert response.json() == expected | members
    _assert_headers(response, status, "application/problem+json")


def assert_quota_exceeded(response: Any, quota: str, *policies: str) -> None:
    """429: more than `quota`, such as `3 in 60 seconds`, by each of these policies."""
    wait = response["Retry-After"]
    detail = f"More requests than {quota}. Wait {wait} seconds, then go on where you were."
    assert_problem(response, 429, "QUOTA_EXCEEDED", detail=detail, **{"violated-policies": list(policies)})


def assert_bad_parameters(response: Any, *errors: tuple[str, str, str | None]) -> None:
    """400 of v3 for these parameters: name, a part of the detail, suggestion."""
    count = "One parameter was" if len(errors) == 1 else f"{len(errors)} parameters were"
    found = response.json()["errors"]
    assert_problem(response, 400, "BAD_PARAMETERS", detail=f"{count} not accepted.", errors=found)

    assert [error.keys() for error in found] == [{"parameter", "detail", "suggestion"}] * len(errors)
    for error, (name, part, suggestion) in zip(found, errors, strict=True):
        assert (error["parameter"], error["suggestion"]) == (name, suggestion)
        assert part in error["detail"]


def assert_legacy_error(response: Any, status: int, **members: Any) -> None:
    """The answer is this error of v2, whole. Without `members`: its status as message, and no `errors`."""
    error = {"code": status, "message": HTTPStatus(status).phrase, "errors": []} | members

    assert response.json() == {"error": error}
    _assert_headers(response, status, "application/json")


def _assert_headers(response: Any, status: int, content_type: str) -> None:
    assert response.status_code == status
    assert response["Content-Type"] == content_type
    assert response["Content-Length"] == str(len(response.content))
    if status in (429, 503):
        assert int(response["Retry-After"]) >= 1
    if status == 401:
        assert response["WWW-Authenticate"] == 'Bearer realm="acommerce-status"'
    if status == 405:
        assert response["Allow"]
