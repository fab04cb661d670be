"""Answers held against the OpenAPI documents."""

from typing import Any

from jsonschema import Draft202012Validator

from acommerce_status.openapi.views import snapshot

JSON = dict[str, Any]


def document(version: str) -> JSON:
    """The document of `v3` or `v2`, as it is checked in; test_schema_snapshots holds it to the code."""
    return snapshot(version)


def resolved(version: str, part: JSON) -> JSON:
    """`part`, or what its `$ref` names."""
    if "$ref" not in part:
        return part
    found: Any = document(version)
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return dict(found)


def assert_valid(version: str, value: Any, schema: JSON) -> None:
    """`value` is what `schema`, a part of the document, allows."""
    whole = schema | {"components": document(version)["components"]}
    errors = [
        f"{error.json_path}: {error.message}" for error in Draft202012Validator(whole).iter_errors(value)
    ]

    assert errors == []


def assert_documented(response: Any, version: str, path: str, method: str = "get") -> None:
    """The operation has an answer of this status; its content type, body and headers are as described."""
    answers = document(version)["paths"][path][method]["responses"]
    assert str(response.status_code) in answers
    answer = resolved(version, answers[str(response.status_code)])

    if "content" in answer:
        (content_type,) = answer["content"]
        assert response["Content-Type"] == content_type
        assert_valid(version, response.json(), answer["content"][content_type]["schema"])
    else:
        assert response.content == b""
    headers = {name: resolved(version, header) for name, header in answer["headers"].items()}
    missing = [name for name, header in headers.items() if header.get("required") and name not in response]
    assert missing == []
    for name in headers.keys() & dict(response.items()).keys():
        schema = headers[name]["schema"]
        value = response[name]
        assert_valid(version, int(value) if schema["type"] == "integer" else value, schema)
