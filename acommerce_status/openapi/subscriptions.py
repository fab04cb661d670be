"""The OpenAPI document of subscriptions and webhooks: what is particular to it."""

from pathlib import Path

from rest_framework.serializers import Serializer

from acommerce_status.errors import shaped_by_path
from acommerce_status.openapi import v2
from acommerce_status.openapi.delivery import actions, batches, errors, hooks, subscriptions  # noqa: F401 - they describe views
from acommerce_status.openapi.delivery.webhooks import webhook
from acommerce_status.openapi.document import Contents
from acommerce_status.openapi.examples import ON_ITS_WAY
from acommerce_status.openapi.headers import JSON
from acommerce_status.openapi.serializers import ProblemSerializer
from delivery.urls import hook_paths
from orders.v3.serializers import SalesOrderSerializer

DESCRIPTION = Path(__file__).with_suffix(".md").read_text()

HEADERS: JSON = {
    "Cache-Control": {
        "description": "Nothing here may be kept.",
        "required": True,
        "schema": {"type": "string"},
        "example": "private, no-store",
    },
    "Content-Disposition": {
        "description": "The name of the file.",
        "required": True,
        "schema": {"type": "string"},
        "example": f'attachment; filename="{batches.BATCH["name"]}"',
    },
    "Location": {
        "description": "Where the new subscription is.",
        "required": True,
        "schema": {"type": "string"},
        "example": "https://orders.example.com/channel/lazada-th/subscriptions/sub5f2b6c0d9a7e4f31",
    },
}
SHAPES: list[type[Serializer[None]]] = [ProblemSerializer, SalesOrderSerializer]
SHAPES += v2.WEBHOOK_SHAPES
WEBHOOKS = webhook("SALES_ORDER_STATUS_V3", "SalesOrder", ON_ITS_WAY)
WEBHOOKS |= v2.WEBHOOKS
CONTENTS = Contents(
    title="Subscriptions and webhooks",
    version="1.0.0",
    description=DESCRIPTION,
    prefix="/",
    urls="delivery.urls",
    error="LegacyError",
    errors_at=errors.at,
    more_urls=(hook_paths(shaped_by_path),),
    shapes=SHAPES,
    headers=HEADERS,
    webhooks=WEBHOOKS,
)
