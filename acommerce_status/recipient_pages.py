"""The pages that mails link to, for people who have an address and nothing else: yes, stop, never again.

Opening one changes nothing, because scanners of mails open every link; its button does (POST). The token in
the path is all that anybody needs: there is no session, and who does not know it cannot press the button.
A POST is answered with the page itself: mail programs that unsubscribe follow no redirect (RFC 8058).
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from acommerce_status.errors import get_and_post_only
from acommerce_status.html_pages import PAGE_POLICY, page
from delivery.mail import agreeing
from delivery.models import Recipient
from wire.problem import DATABASE_AWAY, respond

BUTTON_POLICY = PAGE_POLICY | {"form-action": "'self'"}
Page = Callable[[HttpRequest, str], HttpResponse]


def _asking_the_database(view: Page) -> Callable[[HttpRequest, str], HttpResponseBase]:
    """A page with a button; 503 when the database is away."""

    @get_and_post_only
    @wraps(view)
    def answering(request: HttpRequest, token: str) -> HttpResponseBase:
        try:
            return view(request, token)
        except (OperationalError, InterfaceError):
            return respond(request, DATABASE_AWAY)

    return answering


@_asking_the_database
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Whether the owner of an address agrees to what a caller asks for."""
    if request.method == "POST":
        agreeing.confirm(token)  # who presses twice is told twice that it is confirmed
    mail = agreeing.asked(token)
    if mail is None:
        return _shown(request, "unknown", status=404)
    recipient = mail.recipient
    if mail.used_time and recipient and recipient.confirmed_time:
        return _shown(request, "confirmed", mail=mail)
    if recipient is None or not agreeing.is_open(mail, datetime.now(UTC)):
        return _shown(request, "expired", mail=mail, status=410)
    is_contact = recipient.role == Recipient.Role.CONTACT
    return _shown(request, "confirm", mail=mail, is_contact=is_contact, token=token)


@_asking_the_database
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """The end of the mails to an address, in one click."""
    recipient = agreeing.stoppable(token)
    if recipient is None:
        return _shown(request, "unknown", status=404)
    if request.method == "POST":
        agreeing.stop(recipient)
    is_over = request.method == "POST" or recipient.confirmed_time is None
    return _shown(request, "stopped" if is_over else "stop", recipient=recipient)


@_asking_the_database
def never(request: HttpRequest, token: str) -> HttpResponse:
    """No mail to this address ever again, whoever asks for it."""
    mail = agreeing.asked(token)
    if mail is None:
        return _shown(request, "unknown", status=404)
    if request.method == "POST":
        agreeing.silence(mail.key)
    return _shown(request, "silenced" if request.method == "POST" else "never", mail=mail)


def _shown(request: HttpRequest, step: str, *, status: int = 200, **context: Any) -> HttpResponse:
    response = page(request, "recipient.html", BUTTON_POLICY, step=step, **context)
    response.status_code = status
    response["Referrer-Policy"] = "no-referrer"  # the path is a secret
    response["Cache-Control"] = "no-store"
    return response
