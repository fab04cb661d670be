"""DRF's throttle seam around django-ratelimit: limits per caller and per order (contract, section 5).

A throttle leaves each use that it counted in `view.uses`, for the headers and for the refusal.
"""

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from callers.quotas import Use, use_quota
from callers.tokens import access_of

MOST_ORDERS = 10


class CallerThrottle(BaseThrottle):
    """All requests of a caller, counted together."""

    def allow_request(self, request: Request, view: Any) -> bool:
        access = access_of(request)
        rate = access.rate or settings.CALLER_RATE
        return _allow(view, use_quota(request, policy="caller", key=str(access.caller_id), rate=rate))


class OrderThrottle(BaseThrottle):
    """Requests of a caller for one order id: polling one order again and again is what the feed avoids."""

    def allow_request(self, request: Request, view: Any) -> bool:
        if any(use.exceeded for use in view.uses):
            return True  # refused already; what is not answered is not counted against the order
        caller = access_of(request).caller_id
        allowed = True
        for name in dict.fromkeys(request.query_params.getlist("id")[:MOST_ORDERS]):
            use = use_quota(request, policy="order", key=f"{caller}|{name}", rate=settings.ORDER_RATE)
            allowed = _allow(view, use) and allowed
        return allowed


def _allow(view: Any, use: Use | None) -> bool:
    if use is not None:
        view.uses.append(use)
    return use is None or not use.exceeded
