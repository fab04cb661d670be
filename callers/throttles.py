"""DRF's throttle seam around django-ratelimit: limits per caller (contract, section 5).

A throttle adds each use that it counted to `view.uses`, which headers and refusals are made of.
"""

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from callers.quotas import Use, use_quota
from callers.tokens import access_of


class CallerThrottle(BaseThrottle):
    """All requests of a caller, counted together."""

    def allow_request(self, request: Request, view: Any) -> bool:
        access = access_of(request)
        rate = access.rate or settings.CALLER_RATE
        return record_use(view, use_quota(policy="caller", key=str(access.caller_id), rate=rate))


def record_use(view: Any, use: Use | None) -> bool:
    """Add a use to `view.uses`. Returns whether it was within its quota, or could not be counted."""
    if use is not None:
        view.uses.append(use)
    return use is None or not use.exceeded
