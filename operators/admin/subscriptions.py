"""Subscriptions: who is told what and where, why one is not, and what operators do about it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from delivery.models import Subscription
from delivery.registration.batches import file_of, kept_batch
from delivery.registration.operating import SubscriptionRefused, sentence
from delivery.registration.representation import state_of
from operators.admin.acting import ActingAdmin, Context
from operators.admin.subscription_actions import ACTIONS
from operators.admin.subscription_filters import MechanismFilter, StateFilter
from operators.admin.subscription_page import page_of
from operators.admin.subscription_rows import listed
from operators.admin.subscription_settings import receiver
from operators.ages import age, left
from wire.refusals import Refusal


class SubscriptionAdmin(ActingAdmin):
    """A list, a page of each with its orders held, attempts and batches, and the files to download."""

    row_actions = ACTIONS
    refusals = (SubscriptionRefused,)
    ordering = ("-pk",)
    search_fields = ("caller__username", "identifier", "public_id", "name")
    search_help_text = "Part of a caller's name, of a channel or partner, of a subscription's id or name"
    list_filter = (StateFilter, MechanismFilter)
    show_facets = admin.ShowFacets.NEVER
    list_display = (
        *("public_id", "caller", "scope", "name", "mechanism", "receiver", "state", "behind", "held"),
        *("last_success", "next_try"),
    )
    sortable_by = ("last_success", "next_try")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscription]:
        return listed(super().get_queryset(request))

    def get_urls(self) -> list[URLPattern]:
        download = self.admin_site.admin_view(self.download_view)
        name = self._url_name("batch")
        return [path("<path:object_id>/batches/<str:number>", download, name=name), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Context | None = None
    ) -> HttpResponse:
        """The page of a subscription."""
        row = self._found(request, object_id)
        context = {"title": f"{row.public_id} {row.name}", "row": row, "opts": self.opts}
        context |= {"offered": self._offered(request, row)} | page_of(row, request.GET.dict())
        everywhere = self.admin_site.each_context(request)
        return TemplateResponse(request, "operators/subscription.html", {**everywhere, **context})

    def download_view(self, request: HttpRequest, object_id: str, number: str) -> HttpResponseBase:
        """A file byte for byte as it was sent, or a sentence where it is not kept."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(("GET", "HEAD"))
        row = self._found(request, object_id)
        try:
            return file_of(kept_batch(row, number), encode=False)
        except Refusal as refusal:
            context = {"title": f"Batch {number[:20]}", "told": sentence(refusal)}
            everywhere = self.admin_site.each_context(request)
            status = refusal.status_code
            return TemplateResponse(request, "operators/error.html", {**everywhere, **context}, status=status)

    @admin.display(description="Orders of")
    def scope(self, row: Subscription) -> str:
        return f"{row.kind} {row.identifier}"

    @admin.display(description="Receiver")
    def receiver(self, row: Subscription) -> str:
        return receiver(row)

    @admin.display(description="State")
    def state(self, row: Subscription) -> str:
        return f"{state_of(row)} {row.disabled_reason}".strip()

    @admin.display(description="Behind")
    def behind(self, row: Any) -> str:
        return age(row.waiting_time) if row.waiting_time else ""

    @admin.display(description="Held")
    def held(self, row: Any) -> int:
        return int(row.held)

    @admin.display(description="Last success", ordering="last_success_time")
    def last_success(self, row: Subscription) -> str:
        return f"{age(row.last_success_time)} ago" if row.last_success_time else ""

    @admin.display(description="Next try", ordering="next_attempt_time")
    def next_try(self, row: Subscription) -> str:
        return f"in {left(row.next_attempt_time)}" if row.next_attempt_time else ""
