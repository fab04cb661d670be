import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from drf_spectacular.validation import validate_schema

from tests.openapi import JSON, assert_valid, document, resolved
from tests.shapes import assert_problem

VERSIONS = ["v3", "v2"]
DOCUMENTS = [*VERSIONS, "subscriptions"]
BODIES = {
    *("NewSubscription", "NewWebhook", "NewEmail", "NewFtp", "NewSchedule"),
    *("PatchedSubscription", "WebhookPatch", "EmailPatch", "FtpPatch", "SchedulePatch", "NewHook"),
}
"""Shapes of requests, whose lists of words are closed."""
ERRORS = {"400", "401", "403", "404", "429", "500", "503"}


def operations(version: str) -> Iterator[tuple[str, str, JSON]]:
    """Path, method and operation."""
    for path, methods in document(version)["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def contents(version: str) -> Iterator[tuple[str, JSON]]:
    """Every body that is described: where, and its description."""
    for path, method, operation in operations(version):
        for status, answer in operation["responses"].items():
            for content in resolved(version, answer).get("content", {}).values():
                yield f"{method} {path} {status}", content
        for content in operation.get("requestBody", {}).get("content", {}).values():
            yield f"{method} {path} request", content


def parts(value: Any) -> Iterator[JSON]:
    """Every object in `value`, however deep."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from parts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from parts(inner)


@pytest.mark.parametrize("version", DOCUMENTS)
def test_a_document_is_openapi_3_1(version: str) -> None:
    validate_schema(document(version))

    assert document(version)["openapi"] == "3.1.0"


@pytest.mark.parametrize("version", DOCUMENTS)
def test_a_document_is_served_to_anyone(anyone: Client, version: str) -> None:
    response = anyone.get(f"/schema/{version}")

    assert response.json() == {"servers": [{"url": "http://testserver"}]} | document(version)
    assert response["Content-Type"] == "application/json"


def test_a_document_names_the_server_that_was_asked(anyone: Client) -> None:
    response = anyone.get("/schema/v3", headers={"Host": "127.0.0.1:8443"}, secure=True)

    assert response.json()["servers"] == [{"url": "https://127.0.0.1:8443"}]


def test_a_document_is_refused_under_a_name_that_is_not_ours(anyone: Client) -> None:
    response = anyone.get("/schema/v3", headers={"Host": "evil.example"})

    assert_problem(response, 400, "BAD_REQUEST", type="/docs/problems#bad-request")


def test_a_server_that_serves_the_documents_does_not_load_their_generator() -> None:
    program = (
        "import sys; from django.test import Client; from acommerce_status import wsgi;"
        " assert Client(headers={'Host': 'localhost'}).get('/schema/v3').status_code == 200;"
        " print([name for name in sys.modules if name.startswith('drf_spectacular.')])"
    )
    command = [sys.executable, "-c", program]

    output = subprocess.run(command, cwd=settings.BASE_DIR, check=True, capture_output=True, text=True).stdout

    assert output == "[]\n"


def test_v3_has_its_endpoints_identity_and_health() -> None:
    assert [(method, path) for path, method, _ in operations("v3")] == [
        ("post", "/identity/token"),
        ("get", "/caller"),
        ("get", "/v3/channel/{channelId}/sales-order-status"),
        ("get", "/v3/channel/{channelId}/sales-order-status/id"),
        ("get", "/v3/partner/{partnerId}/sales-order-status"),
        ("get", "/v3/partner/{partnerId}/sales-order-status/id"),
        ("get", "/healthz"),
        ("get", "/readyz"),
    ]


def test_v2_has_its_endpoints_with_the_prefix_and_identity() -> None:
    assert [(method, path) for path, method, _ in operations("v2")] == [
        ("post", "/identity/token"),
        ("get", "/v2/channel/{channelId}/sales-order-status"),
        ("get", "/v2/channel/{channelId}/sales-order-status/id"),
        ("get", "/v2/partner/{partnerId}/sales-order-status"),
        ("get", "/v2/partner/{partnerId}/sales-order-status/id"),
    ]
    assert "`/channel/{channelId}/sales-order-status`" in document("v2")["info"]["description"]


def test_only_the_operations_of_v2_are_deprecated() -> None:
    deprecated = {path for path, _, operation in operations("v2") if operation.get("deprecated")}

    assert deprecated == set(document("v2")["paths"]) - {"/identity/token"}
    assert not any(operation.get("deprecated") for _, _, operation in operations("v3"))


@pytest.mark.parametrize("version", VERSIONS)
def test_every_answer_of_a_poll_is_documented_with_its_headers(version: str) -> None:
    extra = {"Deprecation", "Sunset", "Link"} if version == "v2" else set()
    polls = [
        (path, operation) for path, _, operation in operations(version) if path.startswith(f"/{version}/")
    ]

    assert len(polls) == 4
    for path, operation in polls:
        answers = {status: resolved(version, answer) for status, answer in operation["responses"].items()}
        headers = {status: set(answer["headers"]) for status, answer in answers.items()}
        counted = {"X-Request-ID", "Cache-Control", "RateLimit", "RateLimit-Policy"} | extra
        page = {"Link"} if not path.endswith("/id") else set()

        forgotten = {"410"} if version == "v3" and page else set()
        assert set(answers) == {"200", "304"} | ERRORS | forgotten
        assert all(headers[status] == counted | {"Link"} for status in forgotten)
        assert headers["200"] == counted | {"ETag"} | page
        assert headers["304"] == counted | {"ETag"} | page
        assert headers["400"] == headers["403"] == counted
        assert headers["401"] == {"X-Request-ID", "Cache-Control", "WWW-Authenticate"} | extra
        assert headers["429"] == counted | {"Retry-After"}
        assert headers["503"] == {"X-Request-ID", "Cache-Control", "Retry-After"} | extra


@pytest.mark.parametrize("version", DOCUMENTS)
def test_every_body_has_an_example_that_fits_its_shape(version: str) -> None:
    found = dict(contents(version))

    assert len(found) > 20
    for where, content in found.items():
        assert content.get("examples"), where
        for example in content["examples"].values():
            assert_valid(version, example["value"], content["schema"])


@pytest.mark.parametrize("version", DOCUMENTS)
def test_lists_of_words_in_answers_are_open(version: str) -> None:
    shapes = document(version)["components"]["schemas"]
    found = list(parts([shape for name, shape in shapes.items() if name not in BODIES]))

    assert len(found) > 50
    assert [part for part in found if "enum" in part] == []


@pytest.mark.parametrize("version", DOCUMENTS)
def test_every_parameter_is_explained(version: str) -> None:
    found = [
        parameter for _, _, operation in operations(version) for parameter in operation.get("parameters", [])
    ]

    assert len(found) > 10
    assert min(len(parameter["description"]) for parameter in found) > 10


def test_either_header_may_carry_the_token() -> None:
    poll = document("v3")["paths"]["/v3/partner/{partnerId}/sales-order-status"]["get"]

    assert poll["security"] == [{"SubjectToken": []}, {"BearerToken": []}]


def test_what_needs_no_token_says_so() -> None:
    public = [path for path, _, operation in operations("v3") if operation["security"] == []]

    assert public == ["/identity/token", "/healthz", "/readyz"]


@pytest.mark.parametrize("version", DOCUMENTS)
def test_every_operation_is_described(version: str) -> None:
    lengths = [len(operation["description"]) for _, _, operation in operations(version)]

    assert lengths
    assert min(lengths) > 20
