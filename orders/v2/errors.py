"""The error shape of v2 (contract, section 7)."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest

from wire.problem import Problem
from wire.refusals import ParameterError


def legacy_error(request: HttpRequest, problem: Problem) -> tuple[dict[str, Any], str]:
    """`problem` as `{"error": {"code", "message", "errors"}}`, and its content type."""
    errors = [
        {"message": f"{error.parameter}. {error.detail}{_hint(error)}", "reason": "invalid_value"}
        for error in problem.errors
    ]
    message = "Validation Failed" if problem.errors else HTTPStatus(problem.status).phrase
    if not problem.errors and problem.status not in (404, 405):
        errors = [{"message": problem.detail, "reason": problem.code.lower()}]
    return {"error": {"code": problem.status, "message": message, "errors": errors}}, "application/json"


def _hint(error: ParameterError) -> str:
    return f"; did you mean {error.suggestion}?" if error.suggestion else ""
