"""What the OpenAPI document says of GET /caller."""

from collections.abc import Iterable, Iterator
from typing import Any

from drf_spectacular.plumbing import build_examples_list
from drf_spectacular.utils import OpenApiExample, OpenApiResponse

from acommerce_status.openapi.errors import ErrorResponse
from acommerce_status.openapi.headers import COUNTED, JSON
from acommerce_status.openapi.operations import OperationSchema, ViewDescription
from acommerce_status.openapi.polling import IF_NONE_MATCH
from acommerce_status.openapi.refusals import bad_parameters
from orders.polling.caller import CallerView
from orders.polling.serializers import CallerSerializer

EXAMPLE = OpenApiExample(
    "A shop front and a merchant",
    {
        "username": "lazada-th",
        "grants": {"channels": ["lazada-th"], "partners": ["143"]},
        "quotas": [
            {"policy": "caller", "limit": 600, "windowSeconds": 60},
            {"policy": "order", "limit": 6, "windowSeconds": 60},
        ],
        "tokenExpiresTime": "2026-11-23T11:00:00.123456Z",
        "feeds": [
            {
                "channelId": "lazada-th",
                "newestUpdatedTime": "2026-11-22T08:00:00.000040Z",
                "lastPollTime": "2026-11-22T08:00:05.120000Z",
                "lastUpdatedSince": "2026-11-22T07:59:58.000020Z",
                "behind": {"orders": 3, "seconds": 5.4},
                "skipped": [
                    {
                        "after": "2026-11-21T23:58:00.000020Z",
                        "until": "2026-11-22T00:00:00.000000Z",
                        "seenTime": "2026-11-22T00:00:01.300000Z",
                    }
                ],
            },
            {
                "partnerId": "143",
                "newestUpdatedTime": None,
                "lastPollTime": None,
                "lastUpdatedSince": None,
                "behind": None,
                "skipped": [],
            },
        ],
    },
)
SHARED_STATUSES = (401, 429, 500, 503)
"""Of errors that are those of a poll."""


class CallerSchema(OperationSchema):
    operation = "get_caller"
    tag = "Identity"
    summary = "Ask who you are"
    description = (
        "Your name, what you may read, your limits, when this token ends, and how far each of your feeds has"
        " got, and you in them. What it tells of your polls may be ten seconds old. It counts as a request,"
        " and needs no grant."
    )
    headers = ("ETag", *COUNTED)

    def get_override_parameters(self) -> list[Any]:
        return [IF_NONE_MATCH]

    def get_filter_backends(self) -> list[Any]:
        return []

    def get_response_serializers(self) -> Any:
        return {
            "200": OpenApiResponse(CallerSerializer, "You."),
            "304": OpenApiResponse(None, "Nothing has changed since the answer with this `ETag`."),
        }

    def get_operation(self, *args: Any) -> JSON:
        operation = super().get_operation(*args)
        for body in operation["responses"]["200"]["content"].values():
            body["examples"] = build_examples_list([EXAMPLE])
        return operation


class CallerDescription(ViewDescription):
    target_class = CallerView
    schema_class = CallerSchema


def of_caller(errors: Iterable[ErrorResponse]) -> Iterator[ErrorResponse]:
    """The errors of GET /caller: those of a poll that fit, and its own refusal of parameters."""
    refused = {"A parameter": bad_parameters(CallerView, "pageSize=50")}
    yield ErrorResponse(400, "NoParameters", "There are no parameters here.", dict(refused), COUNTED)
    yield from (error for error in errors if error.status in SHARED_STATUSES)
