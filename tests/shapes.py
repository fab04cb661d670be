"""The error shape of each wire, asserted in one place (contract, section 7)."""

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse

QUOTA_TYPE = "https://iana.org/assignments/http-problem-types#quota-exceeded"


def assert_problem(response: Any, status: int, code: str, **members: Any) -> None:
    """The answer is this problem, whole, with these other `members`; unless told, any `detail` will do."""
    body = response.json()
    kind = (
        QUOTA_TYPE if status == 429 else f"http://testserver/docs/problems#{code.lower().replace('_', '-')}"
    )
    expected = {
        "type": kind,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": body.get("detail"),
        "code": code,
        "requestId": response["X-Request-ID"],
    }
    assert body == expected | members
    assert len(body["detail"]) > 10
    _assert_headers(response, status, "application/problem+json")


def assert_bad_parameters(response: Any, *errors: tuple[str, str, str | None]) -> None:
    """400 of v3 for these parameters: name, what the detail holds, suggestion."""
    found = response.json().get("errors", [])
    expected = [
        {"parameter": name, "detail": error.get("detail"), "suggestion": suggestion}
        for (name, _, suggestion), error in zip(errors, found, strict=True)
    ]
    assert_problem(response, 400, "BAD_PARAMETERS", errors=expected)
    for (_, part, _), error in zip(errors, found, strict=True):
        assert part in error["detail"]


def assert_legacy_error(response: Any, status: int, **members: Any) -> None:
    """The answer is this error of v2, whole; unless told, with the message of its status and no `errors`."""
    error = {"code": status, "message": HTTPStatus(status).phrase, "errors": []} | members

    assert response.json() == {"error": error}
    _assert_headers(response, status, "application/json")


def _assert_headers(response: Any, status: int, content_type: str) -> None:
    assert response.status_code == status
    assert response["Content-Type"] == content_type
    assert isinstance(response, HttpResponse)
    assert response["Content-Length"] == str(len(response.content))
    if status in (429, 503):
        assert int(response["Retry-After"]) >= 1
    if status == 401:
        assert response["WWW-Authenticate"] == 'Bearer realm="acommerce-status"'
    if status == 405:
        assert response["Allow"]
