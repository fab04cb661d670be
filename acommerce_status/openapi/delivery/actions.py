"""What the document says of what can be done to a subscription."""

from acommerce_status.openapi.delivery.examples import SHOWN, TEST
from acommerce_status.openapi.delivery.operations import Answer, MethodsSchema, Said
from acommerce_status.openapi.delivery.serializers import (
    AddressesSerializer,
    SecretSerializer,
    SubscriptionSerializer,
    TestResultSerializer,
)
from acommerce_status.openapi.operations import ViewDescription
from delivery.registration import actions, addresses_view
from delivery.registration.serializers import ReplaySerializer, ResendSerializer, RotationSerializer

REFUSED = TEST | {"status": None, "detail": "TLS failed: certificate has expired", "answer": None}


class TrySchema(MethodsSchema):
    said = {
        "post": Said(
            "test_{scope}_subscription",
            "Send an example now",
            "Order `TEST-1`, with `X-Acomm-Test: true`. It changes nothing of the subscription, ends within"
            " ten seconds, and says exactly what went wrong. Six a minute.",
            [
                Answer(
                    200,
                    "What came of it.",
                    TestResultSerializer,
                    {
                        "Delivered": {"delivered": True, "attempt": TEST},
                        "An expired certificate": {"delivered": False, "attempt": REFUSED},
                    },
                )
            ],
        )
    }


class ReplaySchema(MethodsSchema):
    said = {
        "post": Said(
            "replay_{scope}_subscription",
            "Send the orders since a time again",
            "As they are now, with new `webhook-id`s. The position is set to `updatedSince`, back or forward;"
            " null: to the beginning. Six an hour.",
            [Answer(200, "The subscription.", SubscriptionSerializer, {"Set back": SHOWN})],
            ReplaySerializer,
            {
                "Since a time": {"updatedSince": "2026-11-22T00:00:00.000000Z"},
                "All of them": {"updatedSince": None},
            },
        )
    }


class ResendSchema(MethodsSchema):
    said = {
        "post": Said(
            "resend_{scope}_order",
            "Send one order again",
            "As it is now, apart from the flow.",
            [Answer(202, "It will be sent.")],
            ResendSerializer,
            {"An order": {"channelId": "lazada-th", "orderId": "FRIS00201"}},
        )
    }


class RotateSchema(MethodsSchema):
    said = {
        "post": Said(
            "rotate_{scope}_secret",
            "Sign by a new secret",
            "For `overlapHours` both the new secret and the one before sign. Without `secret` we make one.",
            [Answer(200, "The new secret.", SecretSerializer, {"Made": {"secret": "whsec_MDEyMzQ1Njc4"}})],
            RotationSerializer,
            {"A day of both": {}, "At once": {"overlapHours": 0}},
        )
    }


class AddressesSchema(MethodsSchema):
    said = {
        "get": Said(
            "get_addresses",
            "From where we send",
            "For your firewall. Needs no grant.",
            [
                Answer(
                    200,
                    "Addresses and networks.",
                    AddressesSerializer,
                    {"A network": {"addresses": ["198.51.100.0/28"]}},
                )
            ],
        )
    }


class TryDescription(ViewDescription):
    target_class = actions.TryIt
    schema_class = TrySchema


class ReplayDescription(ViewDescription):
    target_class = actions.Replay
    schema_class = ReplaySchema


class ResendDescription(ViewDescription):
    target_class = actions.Resend
    schema_class = ResendSchema


class RotateDescription(ViewDescription):
    target_class = actions.RotateSecret
    schema_class = RotateSchema


class AddressesDescription(ViewDescription):
    target_class = addresses_view.Addresses
    schema_class = AddressesSchema
