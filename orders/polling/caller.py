"""GET /caller: who am I, and what may I poll (contract, section 1).

It is in this room because it reads heads, which callers must not import, and serves callers of either wire.
"""

from collections.abc import Iterator
from datetime import datetime
from operator import attrgetter
from typing import Any, cast

import orjson
from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request

from callers.models import Scope
from callers.quotas import parse_rate
from callers.tokens import Access, access_of
from orders.models import FeedHead
from orders.polling.pagination import json_response, weak_etag
from orders.polling.parameters import Parameters
from orders.polling.reading import StrictParameters
from orders.polling.views import PollView
from wire.refusals import BadParameters
from wire.times import format_time


class CallerView(PollView):
    """For any token: it counts as a request of its caller, and needs no grant. It has no parameters."""

    permission_classes = []

    def note(self, request: HttpRequest, response: HttpResponse) -> None:
        """Nothing: whoever asks about itself does not poll."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """One query for all feeds."""
        if errors := list(StrictParameters().unknown(request.GET, Parameters)):
            raise BadParameters(errors)
        body = orjson.dumps(_described(access_of(cast(Request, request))))
        return json_response(body, {"ETag": weak_etag(body)})


def _described(access: Access) -> dict[str, Any]:
    scopes = sorted(access.grants, key=attrgetter("kind", "identifier"))
    return {
        "username": access.username,
        "grants": {
            f"{kind}s": [scope.identifier for scope in scopes if scope.kind == kind]
            for kind in ("channel", "partner")
        },
        "quotas": [
            _quota("caller", access.rate or settings.CALLER_RATE),
            _quota("order", settings.ORDER_RATE),
        ],
        "tokenExpiresTime": format_time(access.expires_time),
        "feeds": [*_feeds(scopes)],
    }


def _quota(policy: str, rate: str) -> dict[str, Any]:
    limit, seconds = parse_rate(rate)
    return {"policy": policy, "limit": limit, "windowSeconds": seconds}


def _feeds(scopes: list[Scope]) -> Iterator[dict[str, Any]]:
    heads = _heads(scopes)
    for scope in scopes:
        newest = heads.get(scope)
        yield {
            f"{scope.kind}Id": scope.identifier,
            "newestUpdatedTime": format_time(newest) if newest else None,
        }


def _heads(scopes: list[Scope]) -> dict[Scope, datetime]:
    """The heads of these scopes, from where pages are read. Those without orders are left out."""
    wanted = Q()
    for kind in {scope.kind for scope in scopes}:
        identifiers = [scope.identifier for scope in scopes if scope.kind == kind]
        wanted |= Q(kind=kind, identifier__in=identifiers)
    return FeedHead.objects.using(settings.FEED_DATABASE).filter(wanted).newest() if wanted else {}
