"""GET /delivery/addresses: from where we send, for a receiver's firewall (contract, section 9)."""

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

from delivery.registration.view import SubscriptionsView


class Addresses(SubscriptionsView):
    """For any token; it needs no grant. The list is the operator's."""

    http_method_names = ["get", "head", "options"]
    permission_classes = []

    def get(self, request: Request, **kwargs: Any) -> Response:
        return Response({"addresses": settings.DELIVERY_ADDRESSES})
