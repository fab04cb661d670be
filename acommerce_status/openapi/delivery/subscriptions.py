"""What the document says of the list of subscriptions, of one, and of its lists."""

from drf_spectacular.utils import OpenApiParameter

from acommerce_status.openapi.delivery import requests
from acommerce_status.openapi.delivery.examples import (
    ATTEMPT,
    CREATED,
    HELD,
    LISTED,
    NEW,
    NEW_EMAIL,
    NEW_FTP,
    SHOWN,
    WHOLE_NEW,
)
from acommerce_status.openapi.delivery.fields import BEFORE, CONTROLS, PLACE
from acommerce_status.openapi.delivery.operations import Answer, MethodsSchema, Said
from acommerce_status.openapi.delivery.serializers import (
    AttemptsSerializer,
    HeldSerializer,
    SubscriptionSerializer,
    SubscriptionsSerializer,
)
from acommerce_status.openapi.operations import ViewDescription
from delivery.registration import views
from delivery.registration.lists import OUTCOMES

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "maxLength": 255},
    OpenApiParameter.HEADER,
    description="The same key, path and body within 24 hours give the same subscription, and its secret.",
)
ATTEMPTS = {"attempts": [ATTEMPT], "nextBefore": None}
ONE = Answer(200, "The subscription.", SubscriptionSerializer, {"Three orders behind": SHOWN})


def _query(name: str, description: str, **schema: object) -> OpenApiParameter:
    return OpenApiParameter(name, {"type": "string"} | schema, description=description)


class ListSchema(MethodsSchema):
    said = {
        "get": Said(
            "list_{scope}_subscriptions",
            "List your subscriptions of a {scope}",
            "Yours only, oldest first, without `behind`.",
            [Answer(200, "All of them.", SubscriptionsSerializer, {"One": {"subscriptions": [LISTED]}})],
        ),
        "post": Said(
            "create_{scope}_subscription",
            "Subscribe to a {scope}",
            "From `start` on you are sent every order of the {scope} that changes, as it is then. A secret"
            " that we make is in this answer and never again.",
            [Answer(201, "The new subscription.", SubscriptionSerializer, {"Made": CREATED}, ("Location",))],
            requests.NewSubscriptionSerializer,
            {
                "As little as needed": NEW,
                "All there is": WHOLE_NEW,
                "Files by e-mail": NEW_EMAIL,
                "Files by SFTP": NEW_FTP,
            },
            parameters=(IDEMPOTENCY_KEY,),
        ),
    }


class OneSchema(MethodsSchema):
    said = {
        "get": Said(
            "get_{scope}_subscription",
            "Look at a subscription",
            "Its state, its position in the feed, and how far it is behind.",
            [ONE],
        ),
        "patch": Said(
            "change_{scope}_subscription",
            "Change, pause or resume a subscription",
            "A JSON merge patch (RFC 7396). A new url or secret, and `active: true`, are tried at once.",
            [ONE],
            requests.SubscriptionSerializer,
            {
                "Pause": {"active": False},
                "Slower, and in order": {"webhook": {"rate": "10/s", "concurrency": 1}},
            },
            "application/merge-patch+json",
        ),
        "delete": Said(
            "delete_{scope}_subscription",
            "End a subscription",
            "Nothing new is sent later than a second after the answer.",
            [Answer(204, "It is gone.")],
        ),
    }


class HeldSchema(MethodsSchema):
    said = {
        "get": Said(
            "list_{scope}_held_orders",
            "List the orders that you refused",
            "A hundred a page, in the order in which they were first held.",
            [Answer(200, "A page.", HeldSerializer, {"One": {"held": [HELD], "nextAfter": None}})],
            parameters=(_query("after", "`nextAfter` of the page before.", pattern=PLACE),),
        )
    }


class AttemptsSchema(MethodsSchema):
    said = {
        "get": Said(
            "list_{scope}_attempts",
            "List what was tried",
            "A hundred a page, newest first. Kept for 30 days.",
            [Answer(200, "A page.", AttemptsSerializer, {"One": ATTEMPTS})],
            parameters=(
                BEFORE,
                _query("orderId", "Only attempts of this order.", pattern=rf"^[^{CONTROLS}]+$"),
                _query("outcome", "Only attempts that ended so.", enum=list(OUTCOMES)),
            ),
        )
    }


class ListDescription(ViewDescription):
    target_class = views.SubscriptionList
    schema_class = ListSchema


class OneDescription(ViewDescription):
    target_class = views.OneSubscription
    schema_class = OneSchema


class HeldDescription(ViewDescription):
    target_class = views.HeldList
    schema_class = HeldSchema


class AttemptsDescription(ViewDescription):
    target_class = views.AttemptList
    schema_class = AttemptsSchema
