"""Orders, to look at: what is stored of one, beside its events, and what the other wires make of it."""

from typing import Any

import orjson
from django.conf import settings
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.module_loading import import_string

from operators.admin.base import ReadOnlyAdmin
from operators.admin.order_search import found_by, newest
from orders.models import SalesOrder, StatusEvent

SHOWN = 50


class SalesOrderAdmin(ReadOnlyAdmin):
    """A search by a whole id or number, and a page of each order."""

    search_fields = ("order_id",)  # so that there is a box; get_search_results says what is found
    search_help_text = (
        "An order's id, a shipment's id or a tracking number, whole. Without one: the"
        f" {SHOWN} newest of the channel that changed last"
    )
    list_display = ("order_id", "channel_id", "partner_id", "order_status", "updated_time")
    sortable_by = ()
    ordering = ("-updated_time",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[SalesOrder]:
        """Orders without what pages are made of, which weighs up to 4 MiB each."""
        return super().get_queryset(request).defer("document", "fragment")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        text = search_term.strip()
        return queryset.filter(pk__in=found_by(text) if text else newest(SHOWN)), False

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of an order. Three queries, besides those of every page."""
        order = self.get_object(request, unquote(object_id))
        if order is None:
            raise Http404
        events = StatusEvent.objects.filter(order=order).select_related("shipment")
        context = {
            "title": order.order_id,
            "order": order,
            "opts": self.opts,
            "document": pretty(order.document.encode()),
            "bodies": {name: pretty(body) for name, body in other_bodies(order.document)},
            "events": events.order_by("event_time", "event_id"),
        }
        everywhere = self.admin_site.each_context(request)
        return TemplateResponse(request, "operators/order.html", {**everywhere, **context})


def other_bodies(document: str) -> list[tuple[str, bytes]]:
    """What each format of webhooks makes of a stored document, where that is not the document itself."""
    made = ((name, import_string(path)(document)[0]) for name, path in settings.WEBHOOK_FORMATS.items())
    return [(name, body) for name, body in made if body != document.encode()]


def pretty(body: bytes) -> str:
    return orjson.dumps(orjson.loads(body), option=orjson.OPT_INDENT_2).decode()
