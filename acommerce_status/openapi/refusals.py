"""Refusals for the examples: the code that refuses real requests is given an invented one."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, QueryDict
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from acommerce_status.openapi.headers import REQUEST_ID
from callers.authentication import TokenAuthentication
from callers.views import read_credentials
from orders.polling.views import PollView


class ExampleRequest(HttpRequest):
    """An invented request, with what the readers of requests and the makers of error bodies need."""

    request_id = REQUEST_ID

    def __init__(self, path: str = "/", query: str = "") -> None:
        super().__init__()
        self.path = path
        self.GET = QueryDict(query)

    def get_host(self) -> str:
        return "orders.example.com"

    def _get_scheme(self) -> str:
        return "https"

    def build_absolute_uri(self, location: str | None = None) -> str:
        return f"https://orders.example.com{location}"


def bad_parameters(view_class: type[PollView], query: str) -> APIException:
    """What `view_class` raises for this query string."""
    view = view_class(scope_kind="channel", kwargs={"channel_id": "lazada-th"})
    return refusal(lambda: view.get(ExampleRequest(query=query)))


def no_token() -> APIException:
    """What is raised for a request without a token."""
    return refusal(lambda: TokenAuthentication().authenticate(Request(ExampleRequest())))


def bad_body(body: dict[str, Any]) -> APIException:
    """What is raised for this body of a request for a token."""
    return refusal(lambda: read_credentials(body))


def refusal(read: Callable[[], object]) -> APIException:
    """What `read` raises. Raises ValueError where it raises nothing."""
    try:
        read()
    except APIException as raised:
        return raised
    raise ValueError("a request that is to be the example of a refusal was accepted")
