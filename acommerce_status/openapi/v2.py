"""The OpenAPI document of v2: what is particular to it."""

from pathlib import Path

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction, OpenApiExample, PolymorphicProxySerializer
from rest_framework.serializers import Serializer

from acommerce_status.openapi.delivery.webhooks import webhook
from acommerce_status.openapi.document import Contents
from acommerce_status.openapi.errors import of_polling
from acommerce_status.openapi.examples import JUST_PLACED, ON_ITS_WAY
from acommerce_status.openapi.headers import JSON
from acommerce_status.openapi.operations import ViewDescription
from acommerce_status.openapi.polling import PAGE_HEADERS, PollSchema
from acommerce_status.openapi.serializers import ProblemSerializer
from orders.v2.deprecation import dates
from orders.v2.legacy import legacy_order
from orders.v2.pagination import missing_row
from orders.v2.serializers import (
    LegacyErrorSerializer,
    LegacyMissingOrderSerializer,
    LegacyOrderSerializer,
    PartnerIdField,
)
from orders.v2.views import LegacyFeedView, LegacyOrdersByIdView

DESCRIPTION = Path(__file__).with_suffix(".md").read_text()

HEADERS: JSON = {
    "Deprecation": {
        "description": "Since when v2 has been deprecated: `@` and Unix seconds (RFC 9745).",
        "required": True,
        "schema": {"type": "string", "pattern": "^@-?[0-9]+$"},
        "example": "@1793491200",
    },
    "Sunset": {
        "description": "When v2 will end (RFC 8594).",
        "required": True,
        "schema": {"type": "string"},
        "example": "Mon, 01 Nov 2027 00:00:00 GMT",
    },
    "Link": {
        "description": '`rel="next"`: the next page, when there is one. `rel="successor-version"`: the same'
        ' question in v3. `rel="deprecation"`: how to move. (RFC 8288)',
        "required": True,
        "schema": {"type": "string"},
        "example": "<https://orders.example.com/v3/channel/lazada-th/sales-order-status>;"
        ' rel="successor-version", <https://orders.example.com/docs/v2-to-v3>; rel="deprecation";'
        ' type="text/html"',
    },
}
DEPRECATION_HEADERS = ("Deprecation", "Sunset", "Link")


class LegacySchema(PollSchema):
    headers = (*PAGE_HEADERS, *DEPRECATION_HEADERS)

    def is_deprecated(self) -> bool:
        return True

    def get_paginated_name(self, serializer_name: str) -> str:
        return f"{serializer_name}s"


class LegacyFeedSchema(LegacySchema):
    operation = "poll_{scope}"
    tag = "Feed"
    summary = "Poll the orders of a {scope}"
    description = (
        "A page of the {scope}'s orders that changed after `updatedSince`, oldest change first."
        ' The next page, when there is one, is the `Link` with `rel="next"`. In v3:'
        " `/v3/{scope}/{{scope}Id}/sales-order-status`."
    )
    answer = LegacyOrderSerializer(many=True)
    answer_description = "A page, maybe an empty one."
    answer_examples = [
        OpenApiExample("Two orders", [legacy_order(ON_ITS_WAY), legacy_order(JUST_PLACED)]),
        OpenApiExample("Nothing new", []),
    ]


class LegacyOrdersByIdSchema(LegacySchema):
    operation = "get_{scope}_orders"
    tag = "Orders by id"
    summary = "Look up orders of a {scope}"
    description = (
        "Up to ten orders by their ids, a row for each."
        " In v3: `/v3/{scope}/{{scope}Id}/sales-order-status/id`."
    )
    answer = PolymorphicProxySerializer(
        "LegacyRow",
        [LegacyOrderSerializer, LegacyMissingOrderSerializer],
        resource_type_field_name=None,
        many=True,
    )
    answer_description = (
        "A row for each id, in the order asked for; a partner may have several orders of one id."
    )
    answer_examples = [
        OpenApiExample(
            "One found and one not",
            [
                legacy_order(ON_ITS_WAY),
                missing_row("FRIS99999", 404),
            ],
        )
    ]


class LegacyFeedDescription(ViewDescription):
    target_class = LegacyFeedView
    schema_class = LegacyFeedSchema


class LegacyOrdersByIdDescription(ViewDescription):
    target_class = LegacyOrdersByIdView
    schema_class = LegacyOrdersByIdSchema


class PartnerIdDescription(OpenApiSerializerFieldExtension):
    target_class = PartnerIdField

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> JSON:
        return {"oneOf": [{"type": "integer", "minimum": 0}, {"type": "string", "minLength": 1}]}


BAD_QUERIES = {
    "A time without a zone": "updatedSince=2026-11-22T08:00:00",
    "An empty parameter": "orderStatus=",
}
WEBHOOK_SHAPES: list[type[Serializer[None]]] = [LegacyErrorSerializer, LegacyOrderSerializer]
ENDING = {name: (str(HEADERS[name]["description"]), str(HEADERS[name]["example"])) for name in dates()}
WEBHOOKS = webhook("SALES_ORDER_STATUS", "LegacyOrder", legacy_order(ON_ITS_WAY), ENDING)
"""What the document of subscriptions says of the older format, and of errors of existing clients."""
CONTENTS = Contents(
    title="Order status, version 2",
    version="2.0.0",
    description=DESCRIPTION,
    prefix="/v2/",
    urls="orders.v2.urls",
    error="LegacyError",
    errors=[*of_polling(LegacyFeedView, BAD_QUERIES, DEPRECATION_HEADERS)],
    shapes=[ProblemSerializer, LegacyErrorSerializer],
    headers=HEADERS,
)
