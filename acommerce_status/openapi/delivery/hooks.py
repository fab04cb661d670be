"""What the document says of the platform's `/hooks`."""

from acommerce_status.openapi.delivery.examples import HOOK, NEW_HOOK
from acommerce_status.openapi.delivery.operations import Answer, MethodsSchema, Said
from acommerce_status.openapi.delivery.requests import NewHookSerializer
from acommerce_status.openapi.delivery.serializers import HookSerializer
from acommerce_status.openapi.operations import ViewDescription
from delivery.registration import hooks


class HookListSchema(MethodsSchema):
    tag = "Hooks of existing clients"
    said = {
        "get": Said(
            "list_{scope}_hooks",
            "List your webhooks of a {scope}",
            "All webhook subscriptions of yours, however they were made.",
            [Answer(200, "All of them.", HookSerializer(many=True), {"One": HOOK})],
        ),
        "post": Said(
            "register_{scope}_hook",
            "Register a webhook",
            "Where you have one of this url and type already, it is updated: register at every start.",
            [
                Answer(201, "A new one.", HookSerializer, {"New": HOOK}),
                Answer(200, "The one that was there, updated.", HookSerializer, {"Updated": HOOK}),
            ],
            NewHookSerializer,
            {"A hook": NEW_HOOK},
        ),
    }


class OneHookSchema(MethodsSchema):
    tag = "Hooks of existing clients"
    said = {
        "get": Said(
            "get_{scope}_hook",
            "Look at a webhook",
            "As it was registered, without its secret.",
            [Answer(200, "The hook.", HookSerializer, {"A hook": HOOK})],
        ),
        "delete": Said(
            "delete_{scope}_hook",
            "End a webhook",
            "Nothing new is sent later than a second after the answer.",
            [Answer(204, "It is gone.")],
        ),
    }


class HookListDescription(ViewDescription):
    target_class = hooks.HookList
    schema_class = HookListSchema


class OneHookDescription(ViewDescription):
    target_class = hooks.OneHook
    schema_class = OneHookSchema
