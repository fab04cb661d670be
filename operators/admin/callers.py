"""Callers: who may poll what, and what operators do about it."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from callers.administration import CallerRefused
from callers.models import Caller, Grant, RetiredKey
from operators.admin import caller_actions
from operators.admin.acting import ActingAdmin
from operators.admin.actions import ADDITION, DELETION, Action
from operators.admin.caller_forms import CreationForm, RateForm, RotationForm, ScopesForm, WithdrawalForm
from orders.models import FeedHead


def is_good(caller: Caller) -> bool:
    return caller.revoked_time is None


def is_revoked(caller: Caller) -> bool:
    return caller.revoked_time is not None


def has_no_token(caller: Caller) -> bool:
    return caller.last_token_time is None


ACTIONS = (
    Action(
        "create",
        "Create a caller",
        "A system that polls. Its API key is shown once, on the next page.",
        caller_actions.create,
        CreationForm,
        ADDITION,
    ),
    Action(
        "grant",
        "Grant",
        "Let it read more channels and partners, on every server within ten seconds.",
        caller_actions.add_grants,
        ScopesForm,
    ),
    Action(
        "withdraw",
        "Withdraw",
        "Let it no longer read what you choose, on every server within ten seconds.",
        caller_actions.withdraw_grants,
        WithdrawalForm,
    ),
    Action("rate", "Change the rate", "How many requests it may send.", caller_actions.change_rate, RateForm),
    Action(
        "rotate",
        "Rotate the key",
        "Give it a new API key, which is shown once, on the next page.",
        caller_actions.rotate,
        RotationForm,
        is_for=is_good,
    ),
    Action(
        "revoke",
        "Revoke",
        "Shut it out, on every server within ten seconds: its keys and tokens end, and are never good again."
        " Its grants and its name are kept.",
        caller_actions.revoke,
        is_for=is_good,
    ),
    Action(
        "restore",
        "Restore",
        "Let it in again, with its grants and a new API key, which is shown once, on the next page. The keys"
        " that it had before stay dead.",
        caller_actions.restore,
        is_for=is_revoked,
    ),
    Action(
        "delete",
        "Delete",
        "Forget it, so that its name is free again. Only a caller that has never got a token can be deleted.",
        caller_actions.delete,
        flag=DELETION,
        is_for=has_no_token,
    ),
)


class CallerAdmin(ActingAdmin):
    """A list of callers, and a page of each with its grants."""

    row_actions = ACTIONS
    refusals = (CallerRefused,)
    ordering = ("username",)
    search_fields = ("username", "grants__identifier")
    search_help_text = "Part of a name, or of a channel or partner that it may read"
    list_display = ("username", "grants", "limit", "last_token_time", "revoked_time")
    sortable_by = ("username", "last_token_time", "revoked_time")
    fields = readonly_fields = (
        *("username", "grants", "limit", "last_token_time", "old_keys", "created_time", "revoked_time"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Caller]:
        """Callers with their grants, of which each knows whether anything was published under it."""
        heads = FeedHead.objects.filter(kind=OuterRef("kind"), identifier=OuterRef("identifier"))
        grants = Grant.objects.annotate(is_published=Exists(heads)).order_by("kind", "identifier")
        retired = RetiredKey.objects.filter(expires_time__gt=timezone.now()).order_by("expires_time")
        callers = super().get_queryset(request)
        return callers.prefetch_related(Prefetch("grants", grants), Prefetch("retired_keys", retired))

    @admin.display(description="May read")
    def grants(self, caller: Caller) -> SafeString | str:
        return format_html_join("", "<div>{} {}{}</div>", map(_shown, caller.grants.all())) or "nothing"

    @admin.display(description="Rate")
    def limit(self, caller: Caller) -> str:
        return caller.rate or f"{settings.CALLER_RATE} (common)"

    @admin.display(description="Old keys end")
    def old_keys(self, caller: Caller) -> SafeString | str:
        times = ((f"{key.expires_time:%Y-%m-%d %H:%M:%S} UTC",) for key in caller.retired_keys.all())
        return format_html_join("", "<div>{}</div>", times) or "there are none"


def _shown(grant: Any) -> tuple[str, str, str]:
    unknown = format_html(' <em class="doubt">{}</em>', "nothing was ever published there")
    return grant.kind, grant.identifier, "" if grant.is_published else unknown
