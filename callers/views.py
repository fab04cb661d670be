"""POST /identity/token: a key for a token (contract, section 1)."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from callers.addresses import client_address
from callers.identity import KeyHolder, give_token, holder_of_key
from callers.quotas import use_quota
from callers.refusals import QuotaExceeded, WrongCredentials
from callers.serializers import EXAMPLE_BODY, TokenRequestSerializer
from callers.tokens import Unrecognised
from wire.parsers import JSONParser
from wire.problem import problem_details
from wire.refusals import BadBody, ParameterError
from wire.times import format_time

OUTER_FIELDS = ("auth", "auth.apiKeyCredentials")


class CredentialsParser(JSONParser):
    """Suggests a body in the right form for one that is not JSON."""

    example = EXAMPLE_BODY


class TokenView(APIView):
    """The one place where a key is sent, and the only POST."""

    http_method_names = ["post", "options"]
    authentication_classes = ()
    permission_classes = ()
    parser_classes = (CredentialsParser,)
    error_shape = staticmethod(problem_details)

    def post(self, request: Request) -> Response:
        credentials = read_credentials(request.data)
        username = credentials["username"]
        try:
            holder = holder_of_key(username=username, key=credentials["apiKey"])
            _count_request(holder)
            token, expires_time = give_token(holder)
        except Unrecognised:
            _count_guess(request, username)
            raise WrongCredentials from None
        answer = {"username": username, "token_id": token, "expires_at": format_time(expires_time)}
        return Response({"token": answer}, headers={"Cache-Control": "no-store"})

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        return Response(status=204, headers={"Allow": ", ".join(self.allowed_methods)})


def read_credentials(body: Any) -> dict[str, str]:
    """`username` and `apiKey` of a request for a token. Raises BadBody with all that is wrong with it."""
    serializer = TokenRequestSerializer(data=body)
    if not serializer.is_valid():
        raise BadBody(_flat(serializer.errors))
    credentials: dict[str, str] = serializer.validated_data["auth"]["apiKeyCredentials"]
    return credentials


def _count_request(holder: KeyHolder) -> None:
    """Count a request for a token with all others of its caller: each leaves a row. Raises QuotaExceeded."""
    rate = holder.rate or settings.CALLER_RATE
    use = use_quota(policy="caller", key=str(holder.caller_id), rate=rate)
    if use and use.exceeded:
        raise QuotaExceeded([use])


def _count_guess(request: Request, username: str) -> None:
    """Count a wrong key against its name and its address. Raises QuotaExceeded.

    Only wrong keys are counted and refused so: a flood of them does not lock out who has the right one.
    """
    counted = (("username", username), ("address", client_address(request)))
    uses = [use_quota(policy=policy, key=key, rate=settings.GUESS_RATE) for policy, key in counted]
    if violated := [use for use in uses if use and use.exceeded]:
        raise QuotaExceeded(violated)


def _flat(errors: Any, path: str = "") -> Iterator[ParameterError]:
    """DRF's nested errors as a list, each with its path, such as `auth.apiKeyCredentials.apiKey`.

    Where the form is wrong, and not a value, the whole body is suggested.
    """
    for name, value in errors.items():
        where = f"{path}.{name}" if path else name
        where = where.removesuffix(".non_field_errors")
        if isinstance(value, dict):
            yield from _flat(value, where)
        else:
            example = EXAMPLE_BODY if where in OUTER_FIELDS else None
            yield from (ParameterError(where, str(detail), example) for detail in value)
