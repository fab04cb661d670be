"""DRF's permission seam: only what is granted, whether or not the rest exists."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from callers.tokens import access_of


class GrantedScope(BasePermission):
    """The view's `requested_scope` is granted to the caller."""

    message = "This caller may not read that."

    def has_permission(self, request: Request, view: Any) -> bool:
        return access_of(request).may_read(view.requested_scope)
