"""The limit on requests for one order (contract, section 5), in DRF's throttle seam."""

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from callers.quotas import use_quota
from callers.throttles import record_use
from callers.tokens import access_of
from orders.polling.parameters import MAX_IDS


class OrderThrottle(BaseThrottle):
    """Requests of a caller for one order id: polling one order again and again is what the feed avoids."""

    def allow_request(self, request: Request, view: Any) -> bool:
        if any(use.exceeded for use in view.uses):
            return True  # refused already; what is not answered is not counted against the order
        caller = access_of(request).caller_id
        allowed = True
        for name in dict.fromkeys(request.GET.getlist("id")[:MAX_IDS]):
            use = use_quota(policy="order", key=f"{caller}|{name}", rate=settings.ORDER_RATE)
            allowed = record_use(view, use) and allowed
        return allowed
