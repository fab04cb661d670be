"""Django's admin, of which every page is for viewers and every action for operators."""

from django.contrib.admin import AdminSite
from django.contrib.admin.models import LogEntry
from django.http import HttpRequest

from callers.models import Caller
from operators.admin.callers import CallerAdmin
from operators.admin.clock import FeedHeadAdmin
from operators.admin.log import LogEntryAdmin
from operators.admin.orders import SalesOrderAdmin
from operators.roles import may_view
from orders.models import FeedHead, SalesOrder


class OperatorsSite(AdminSite):
    """The admin of this server; `operators.admin` has what it shows."""

    site_title = site_header = "Order status: operators"
    index_title = "Overview"
    site_url = None
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return may_view(request.user)


site = OperatorsSite(name="admin")
site.register(Caller, CallerAdmin)
site.register(SalesOrder, SalesOrderAdmin)
site.register(FeedHead, FeedHeadAdmin)
site.register(LogEntry, LogEntryAdmin)
