"""Callers: who may poll what, and what operators do about it."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from callers.administration import CallerRefused
from callers.models import Caller
from operators.admin import caller_actions
from operators.admin.acting import ActingAdmin
from operators.admin.actions import ADDITION, DELETION, Action
from operators.admin.caller_feeds import feeds_table, last_poll, last_polls
from operators.admin.caller_forms import CreationForm, RateForm, RotationForm, ScopesForm, WithdrawalForm
from operators.admin.caller_rows import shown_grants, shown_old_keys, with_grants


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
    list_display = ("username", "grants", "limit", "last_token_time", "last_poll", "revoked_time")
    sortable_by = ("username", "last_token_time", "revoked_time")
    fields = readonly_fields = (
        *(
            "username",
            "grants",
            "polls",
            "limit",
            "last_token_time",
            "old_keys",
            "created_time",
            "revoked_time",
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Caller]:
        return with_grants(super().get_queryset(request))

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The list, whose rows know when each caller polled last. Two round trips for all of them."""
        found = super().get_changelist_instance(request)
        known, found.result_list = last_polls(), list(found.result_list)
        for caller in found.result_list:
            caller.last_polls = known
        return found

    @admin.display(description="Last poll")
    def last_poll(self, caller: Caller) -> str:
        return last_poll(caller)

    @admin.display(description="Polls")
    def polls(self, caller: Caller) -> str:
        return feeds_table(caller)

    @admin.display(description="May read")
    def grants(self, caller: Caller) -> SafeString | str:
        return shown_grants(caller)

    @admin.display(description="Rate")
    def limit(self, caller: Caller) -> str:
        return caller.rate or f"{settings.CALLER_RATE} (common)"

    @admin.display(description="Old keys end")
    def old_keys(self, caller: Caller) -> SafeString | str:
        return shown_old_keys(caller)
