"""GET /caller: who am I, and what may I poll (contract, section 1).

It is in this room because it reads heads, which callers must not import, and serves callers of either wire.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import count
from operator import attrgetter
from typing import Any, cast

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request

from callers import polls
from callers.models import Scope
from callers.polls import FeedPolls, Skipped
from callers.quotas import parse_rate
from callers.tokens import Access, access_of
from orders.behind import behind, newest_times
from orders.polling.pagination import json_response, weak_etag
from orders.polling.parameters import Parameters
from orders.polling.reading import StrictParameters
from orders.polling.views import PollView
from stores.notes import Away
from wire.refusals import BadParameters
from wire.times import format_time

MAX_COUNTED_FEEDS = 100


class CallerView(PollView):
    """For any token: it counts as a request of its caller, and needs no grant. It has no parameters."""

    permission_classes = []

    def note(self, request: HttpRequest, status: int) -> None:
        """Nothing: whoever asks about itself does not poll."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """A query for all heads and one round trip for all polls; three queries for a feed that is behind."""
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
        "feeds": [*_feeds(access, scopes)],
    }


def _quota(policy: str, rate: str) -> dict[str, Any]:
    limit, seconds = parse_rate(rate)
    return {"policy": policy, "limit": limit, "windowSeconds": seconds}


def _feeds(access: Access, scopes: list[Scope]) -> Iterator[dict[str, Any]]:
    heads, known = newest_times(scopes), _polls(access, scopes)
    counts = count()
    for scope in scopes:
        newest = heads.get(scope)
        found = known.get(scope) or FeedPolls(access.caller_id, scope)
        yield {
            f"{scope.kind}Id": scope.identifier,
            "newestUpdatedTime": _text(newest),
            "lastPollTime": _text(found.last_poll_time),
            "lastUpdatedSince": _text(found.last_updated_since),
            "behind": _behind(scope, newest, found.given_until, counts),
            "skipped": [_window(window) for window in reversed(found.skipped)],
        }


def _polls(access: Access, scopes: list[Scope]) -> dict[Scope, FeedPolls]:
    """What is known of the caller's polls; nothing while the store of that is away, as stores.writer logs."""
    try:
        return polls.of_feeds(access.caller_id, scopes)
    except Away:
        return {}


def _behind(
    scope: Scope, newest: datetime | None, given_until: datetime | None, counts: Iterator[int]
) -> dict[str, Any] | None:
    """None when it is not known; that of more than MAX_COUNTED_FEEDS is not asked for in one answer."""
    if given_until is None:
        return None
    if newest is None or newest <= given_until:
        return {"orders": 0, "seconds": 0.0}
    if next(counts) >= MAX_COUNTED_FEEDS:
        return None
    orders, seconds = behind(scope, given_until)
    return {"orders": orders, "seconds": seconds}


def _window(window: Skipped) -> dict[str, str]:
    return {
        "after": format_time(window.after),
        "until": format_time(window.until),
        "seenTime": format_time(window.seen_time),
    }


def _text(time: datetime | None) -> str | None:
    return format_time(time) if time else None
