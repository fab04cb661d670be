"""The feed clock and the heads: how new the newest change is, of all and in each channel and partner."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from operators.admin.base import ReadOnlyAdmin
from operators.ages import age
from orders.models import FeedClock, FeedHead


class FeedHeadAdmin(ReadOnlyAdmin):
    """One list: the clock above, the heads below, the newest first."""

    change_list_template = "operators/clock.html"
    list_title = "The clock and the heads"
    list_display = ("scope", "updated_time", "age")
    list_display_links = None
    list_filter = ("kind",)
    search_fields = ("identifier",)
    search_help_text = "Part of a channel or partner"
    ordering = ("-updated_time",)
    sortable_by = ("updated_time",)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        clock = FeedClock.objects.first()
        context = {
            "clock": clock,
            "clock_age": age(clock.last_time) if clock else "",
        }
        return super().changelist_view(request, {**(extra_context or {}), **context})

    @admin.display(description="Channel or partner")
    def scope(self, head: FeedHead) -> str:
        return f"{head.kind} {head.identifier}"

    @admin.display(description="Newest change, ago")
    def age(self, head: FeedHead) -> str:
        return age(head.updated_time)
