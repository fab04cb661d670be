"""The OpenAPI document of v3: what is particular to it."""

from collections.abc import Iterable
from pathlib import Path

from drf_spectacular.utils import OpenApiExample

from acommerce_status.openapi import health
from acommerce_status.openapi.caller import of_caller
from acommerce_status.openapi.document import Contents
from acommerce_status.openapi.errors import ErrorResponse, of_polling
from acommerce_status.openapi.examples import JUST_PLACED, ON_ITS_WAY
from acommerce_status.openapi.headers import COUNTED
from acommerce_status.openapi.operations import ViewDescription
from acommerce_status.openapi.polling import PollSchema
from acommerce_status.openapi.refusals import ExampleRequest
from acommerce_status.openapi.serializers import AliveSerializer, ProblemSerializer, ReadySerializer
from orders.polling.links import resync
from orders.v3.serializers import OrdersByIdSerializer, PageSerializer
from orders.v3.views import FeedView, OrdersByIdView

DESCRIPTION = Path(__file__).with_suffix(".md").read_text()

PAGE = {
    "window": {"updatedSince": "2026-11-22T00:00:00.000000Z", "updatedUntil": None},
    "orders": [ON_ITS_WAY, JUST_PLACED],
    "hasMore": True,
    "nextUpdatedSince": JUST_PLACED["updatedTime"],
}
NOTHING_NEW = {
    "window": {"updatedSince": JUST_PLACED["updatedTime"], "updatedUntil": None},
    "orders": [],
    "hasMore": False,
    "nextUpdatedSince": JUST_PLACED["updatedTime"],
}


class FeedSchema(PollSchema):
    operation = "poll_{scope}"
    tag = "Feed"
    summary = "Poll the orders of a {scope}"
    description = (
        "A page of the {scope}'s orders that changed after `updatedSince`, oldest change first."
        " Without `updatedSince` it begins with the first. Orders in every status are here, finished and"
        " cancelled ones too."
    )
    answer = PageSerializer
    answer_description = "A page, maybe an empty one."
    answer_examples = [
        OpenApiExample("Two orders, and more to come", PAGE),
        OpenApiExample("Nothing new", NOTHING_NEW),
    ]


class OrdersByIdSchema(PollSchema):
    operation = "get_{scope}_orders"
    tag = "Orders by id"
    summary = "Look up orders of a {scope}"
    description = (
        "Up to ten orders by their ids. Each id may be asked for a few times a minute only: to follow"
        " orders, poll the feed."
    )
    answer = OrdersByIdSerializer
    answer_description = "The orders that are there, in the order asked for, and the ids that are not."
    answer_examples = [
        OpenApiExample("One found and one not", {"orders": [ON_ITS_WAY], "notFound": ["FRIS99999"]}),
    ]
    headers = ("ETag", "Cache-Control", "RateLimit-Policy", "RateLimit", "X-Request-ID")


class FeedDescription(ViewDescription):
    target_class = FeedView
    schema_class = FeedSchema


class OrdersByIdDescription(ViewDescription):
    target_class = OrdersByIdView
    schema_class = OrdersByIdSchema


BAD_QUERIES = {
    "A time without a zone": "updatedSince=2026-11-22T08:00:00",
    "A misspelt parameter and an empty one": "pagesize=50&orderStatus=",
}
ERRORS = [*of_polling(FeedView, BAD_QUERIES)]
FEED = "/v3/channel/lazada-th/sales-order-status"
FORGOTTEN = ErrorResponse(
    410,
    "ResyncRequired",
    "Orders were forgotten that changed later than `updatedSince`. Begin again, as `Link` says.",
    {"Begin again": resync(ExampleRequest(FEED, "updatedSince=2024-11-22T08:00:00Z"), ["updatedSince"])},
    ("Link", *COUNTED),
)


def errors_at(path: str, method: str) -> Iterable[ErrorResponse]:
    """Those of every poll, and of the feed that it may be too late for."""
    if not path.startswith("/v3/"):
        return ()
    return ERRORS if path.endswith("/id") else [*ERRORS, FORGOTTEN]


CONTENTS = Contents(
    title="Order status, version 3",
    version="3.0.0",
    description=DESCRIPTION,
    prefix="/v3/",
    urls="orders.v3.urls",
    error="Problem",
    errors_at=errors_at,
    more_urls=("orders.polling.urls",),
    more_errors={"/caller": [*of_caller(ERRORS)]},
    shapes=[ProblemSerializer, AliveSerializer, ReadySerializer],
    paths=health.PATHS,
)
