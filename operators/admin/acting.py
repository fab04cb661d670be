"""The pages of actions: each has a form, which calls a verb when it is posted, and is logged."""

from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from operators.admin.actions import ADDITION, DELETION, Action, Done
from operators.admin.base import ReadOnlyAdmin
from operators.roles import may_act

METHODS = ("GET", "HEAD", "POST")
Context = dict[str, Any]


class ActingAdmin(ReadOnlyAdmin):
    """A read-only admin with `row_actions`. What they raise of `refusals` is shown at the form."""

    row_actions: tuple[Action, ...] = ()
    refusals: tuple[type[Exception], ...] = ()
    change_form_template = "operators/acting_form.html"
    change_list_template = "operators/acting_list.html"

    def get_urls(self) -> list[URLPattern]:
        return [*map(self._path, self.row_actions), *super().get_urls()]

    def action_view(self, request: HttpRequest, object_id: str = "", *, action: Action) -> HttpResponse:
        """The form of an action, or what comes of it."""
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        if not may_act(request.user):
            raise PermissionDenied
        subject = None if action.flag == ADDITION else self._found(request, object_id)
        form = action.form(request.POST if request.method == "POST" else None, subject=subject)
        if form.is_valid():
            try:
                done = self._act(request, action, subject, form.cleaned_data)
            except self.refusals as refusal:
                form.add_error(None, str(refusal))
            else:
                return self._answer(request, action, done)
        return self._page(request, "operators/action.html", action, subject, {"form": form})

    def changelist_view(self, request: HttpRequest, extra_context: Context | None = None) -> HttpResponse:
        offered = self._offered(request, None)
        return super().changelist_view(request, {**(extra_context or {}), "offered": offered})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Context | None = None
    ) -> HttpResponse:
        subject = self._found(request, object_id)
        context = {"offered": self._offered(request, subject), "title": str(subject), "subtitle": None}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **context})

    def _path(self, action: Action) -> URLPattern:
        route = f"{action.name}/" if action.flag == ADDITION else f"<path:object_id>/{action.name}/"
        view = self.admin_site.admin_view(partial(self.action_view, action=action))
        return path(route, view, name=self._url_name(action.name))

    def _act(self, request: HttpRequest, action: Action, subject: Any, cleaned: Context) -> Done:
        """Do it and log it, both or neither, unless it asks others."""
        with nullcontext() if action.asks_others else transaction.atomic():
            done = action.act(subject, cleaned)
            about = subject if done.subject is None else done.subject
            LogEntry.objects.log_actions(
                int(str(request.user.pk)), [about], action.flag, change_message=done.told, single_object=True
            )
        return replace(done, subject=about)

    def _answer(self, request: HttpRequest, action: Action, done: Done) -> HttpResponse:
        if done.secret:
            return self._page(request, "operators/shown_once.html", action, done.subject, {"done": done})
        (messages.error if done.failed else messages.success)(request, done.told)
        return HttpResponseRedirect(self._url(None if action.flag == DELETION else done.subject))

    def _page(
        self, request: HttpRequest, template: str, action: Action, subject: Any, context: Context
    ) -> HttpResponse:
        own = {"action": action, "subject": subject, "opts": self.model._meta, "title": action.label}
        places = {"list_url": self._url(None), "subject_url": self._url(subject)}
        everywhere = self.admin_site.each_context(request)
        return TemplateResponse(request, template, {**everywhere, **own, **places, **context})

    def _offered(self, request: HttpRequest, subject: Any) -> list[dict[str, str]]:
        """The links to actions for this row, or for none; nothing for viewers."""
        if not may_act(request.user):
            return []
        arguments = [] if subject is None else [quote(subject.pk)]
        return [
            {"label": action.label, "url": reverse(f"admin:{self._url_name(action.name)}", args=arguments)}
            for action in self.row_actions
            if (action.flag == ADDITION) == (subject is None) and (subject is None or action.is_for(subject))
        ]

    def _found(self, request: HttpRequest, object_id: str) -> Any:
        subject = self.get_object(request, unquote(object_id))
        if subject is None:
            raise Http404
        return subject

    def _url(self, subject: Model | None) -> str:
        """The page of a row, or of all."""
        if subject is None:
            return reverse(f"admin:{self._url_name('changelist')}")
        return reverse(f"admin:{self._url_name('change')}", args=[quote(subject.pk)])

    def _url_name(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"
