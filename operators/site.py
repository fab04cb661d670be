"""Django's admin, of which every page is for viewers and every action for operators."""

from http import HTTPStatus
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path

from callers.models import Caller
from delivery.models import Subscription
from operators.admin.callers import CallerAdmin
from operators.admin.clock import FeedHeadAdmin
from operators.admin.log import LogEntryAdmin
from operators.admin.orders import SalesOrderAdmin
from operators.admin.subscriptions import SubscriptionAdmin
from operators.login import LoginForm
from operators.overview import page
from operators.roles import may_view
from orders.models import FeedHead, SalesOrder


class OperatorsSite(AdminSite):
    """The admin of this server; `operators.admin` has what it shows."""

    site_title = site_header = "Order status: operators"
    index_title = "Overview"
    site_url = None
    enable_nav_sidebar = False
    login_form = LoginForm
    login_template = "operators/login.html"
    index_template = page.TEMPLATE

    def has_permission(self, request: HttpRequest) -> bool:
        return may_view(request.user)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [path("overview/", self.admin_view(self.overview), name="overview"), *super().get_urls()]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The overview, above Django's lists."""
        return super().index(request, page.context() | (extra_context or {}))

    def overview(self, request: HttpRequest) -> TemplateResponse:
        """The overview alone, which the script of the first page asks for."""
        return TemplateResponse(request, page.FRAGMENT, page.context())

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The form, or a session. 429 after too many tries. Sessions that ended are deleted by the way."""
        response = super().login(request, extra_context)
        if request.method == "POST" and response.status_code == HTTPStatus.FOUND:
            SessionStore.clear_expired()
        form = (getattr(response, "context_data", None) or {}).get("form")
        if form is not None and form.wait:
            response.status_code = HTTPStatus.TOO_MANY_REQUESTS
            response["Retry-After"] = str(form.wait)
        return response


site = OperatorsSite(name="admin")
site.register(Caller, CallerAdmin)
site.register(SalesOrder, SalesOrderAdmin)
site.register(Subscription, SubscriptionAdmin)
site.register(FeedHead, FeedHeadAdmin)
site.register(LogEntry, LogEntryAdmin)
