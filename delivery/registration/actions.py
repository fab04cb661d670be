"""What can be done to a subscription, beside changing it (contract, section 9)."""

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

from delivery.registration import lists, trying, verbs
from delivery.registration.creating import position_of
from delivery.registration.refusals import NotConfirmed
from delivery.registration.representation import shown
from delivery.registration.serializers import ReplaySerializer, ResendSerializer, RotationSerializer
from delivery.registration.strict import StrictSerializer, cleaned
from delivery.registration.view import SubscriptionsView


class Replay(SubscriptionsView):
    """Set the position."""

    http_method_names = ["post", "options"]

    def post(self, request: Request, **kwargs: Any) -> Response:
        body = cleaned(ReplaySerializer(data=self.body), self.body)
        row = self.one()
        self.count("replays", row.public_id, settings.REPLAY_RATE)
        start = None if body["updatedSince"] is None else position_of(body["updatedSince"])
        row, _ = self.act(lambda locked: verbs.replay(locked, start))
        return Response(shown(row, held=lists.held_counts([row]).get(row.pk, 0)))


class TryIt(SubscriptionsView):
    """One example now, which changes nothing of the subscription."""

    http_method_names = ["post", "options"]

    def post(self, request: Request, **kwargs: Any) -> Response:
        cleaned(StrictSerializer(data=self.body), self.body)
        row = self.one()
        if not row.confirmed:
            raise NotConfirmed
        with trying.one_at_a_time():
            self.count("tests", str(self.access.caller_id), settings.TEST_RATE)
            delivered, attempt = trying.tried(row)
        return Response({"delivered": delivered, "attempt": lists.attempt_shown(attempt)})


class Resend(SubscriptionsView):
    """One order as it is now."""

    http_method_names = ["post", "options"]

    def post(self, request: Request, **kwargs: Any) -> Response:
        body = cleaned(ResendSerializer(data=self.body), self.body)
        self.act(lambda row: verbs.resend(row, body["channelId"], body["orderId"]))
        return Response(status=202)


class RotateSecret(SubscriptionsView):
    """A new secret, beside the old one for a while."""

    http_method_names = ["post", "options"]

    def post(self, request: Request, **kwargs: Any) -> Response:
        body = cleaned(RotationSerializer(data=self.body), self.body)
        row = self.one()
        self.count("rotations", row.public_id, settings.ROTATION_RATE)
        _, secret = self.act(
            lambda locked: verbs.rotate_secret(locked, body.get("secret"), body["overlapHours"])
        )
        return Response({"secret": secret})
