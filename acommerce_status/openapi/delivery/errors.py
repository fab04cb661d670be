"""The errors of the endpoints of subscriptions. The code that refuses real requests makes the examples."""

from collections.abc import Iterator

from django.http import QueryDict
from rest_framework.exceptions import PermissionDenied

from acommerce_status.openapi.errors import AWAY, OUR_FAULT, Cases, ErrorResponse
from acommerce_status.openapi.headers import COUNTED, JSON, PRIVATE
from acommerce_status.openapi.refusals import no_token, refusal
from callers.permissions import GrantedScope
from callers.quotas import Use
from callers.refusals import QuotaExceeded
from delivery.gaps import DETAIL
from delivery.models import Subscription
from delivery.registration import lists
from delivery.registration.creating import too_many
from delivery.registration.lenient import HookSerializer, cleaned_leniently
from delivery.registration.parsers import BodyTooLarge
from delivery.registration.refusals import (
    BatchErased,
    BatchRemoved,
    KeyUsedOtherwise,
    MailNotSetUp,
    NoSuchBatch,
    NoSuchSubscription,
    NotConfirmed,
    NotSetUp,
    OtherTestUnderWay,
)
from delivery.registration.strict import check_parameters, cleaned
from delivery.registration.subscription_body import SubscriptionSerializer
from orders.forgotten import ResyncRequired

MISSPELT: JSON = {"name": "ERP", "mechanism": "webhook", "webhook": {"url": "http://a b/", "concurency": 3}}
REFUSED_BODY: Cases = {
    "Members that are wrong": refusal(lambda: cleaned(SubscriptionSerializer(data=MISSPELT), MISSPELT))
}
REFUSED_HOOK: Cases = {"No secret": refusal(lambda: cleaned_leniently(HookSerializer(data={"url": "x"})))}
REFUSED_QUERY: Cases = {
    "A misspelt parameter": refusal(lambda: check_parameters(QueryDict("befor=1"), ["before"])),
    "An outcome that is none": refusal(lambda: lists.attempts(Subscription(pk=0), {"outcome": "LOST"})),
}
USED_UP: Cases = {
    "Too many requests": QuotaExceeded([Use("caller", 600, 60, 601, 17)]),
    "Too many tests": QuotaExceeded([Use("tests", 6, 60, 7, 42)]),
}
NOT_NOW: Cases = {
    "Not set up": NotSetUp(),
    "No mails": MailNotSetUp(),
    "A test under way": OtherTestUnderWay(),
}
WAITING = ("Retry-After", *COUNTED)
CREATING = ("/subscriptions", "/hooks")


def at(path: str, method: str) -> Iterator[ErrorResponse]:
    """The errors of one operation."""
    prefix = "Hook" if "/hooks" in path else ""
    if method in ("post", "patch"):
        refused = REFUSED_HOOK if prefix else REFUSED_BODY
        yield ErrorResponse(400, f"{prefix}RefusedBody", "The body was not accepted.", refused, COUNTED)
        yield ErrorResponse(
            413, f"{prefix}BodyTooLarge", "More than 64 KiB.", {"Too large": BodyTooLarge()}, COUNTED
        )
    elif method == "get" and not prefix:
        yield ErrorResponse(400, "BadParameters", "Parameters were not accepted.", REFUSED_QUERY, COUNTED)
    if method == "post" and path.endswith(CREATING):
        yield from _of_creating(prefix)
    if method == "post" and path.endswith(("/subscriptions", "/replay")):
        early: Cases = {"Too early": ResyncRequired(DETAIL)}
        yield ErrorResponse(410, "ResyncRequired", "Later changes are not kept any more.", early, COUNTED)
    yield from _of_all(path, prefix)


def _of_creating(prefix: str) -> Iterator[ErrorResponse]:
    many: Cases = {"As many as you may have": too_many(50, 500)}
    yield ErrorResponse(409, f"{prefix}TooMany", "You have as many as you may have.", many, COUNTED)
    if not prefix:
        used: Cases = {"A key for two bodies": KeyUsedOtherwise()}
        yield ErrorResponse(422, "KeyReused", "The key came with another body before.", used, COUNTED)


def _of_all(path: str, prefix: str) -> Iterator[ErrorResponse]:
    yield ErrorResponse(
        401,
        f"{prefix}Unauthenticated",
        "No token, or one that is unknown, expired or revoked.",
        {"No token": no_token()},
        ("WWW-Authenticate", *PRIVATE),
    )
    if path != "/delivery/addresses":
        not_yours: Cases = {"Not yours": PermissionDenied(GrantedScope.message)}
        yield ErrorResponse(403, f"{prefix}Forbidden", "Not granted to you.", not_yours, COUNTED)
    if path.endswith("/test"):
        asked: Cases = {"The address has not agreed": NotConfirmed()}
        yield ErrorResponse(409, "Unconfirmed", "Nothing is sent to it yet.", asked, COUNTED)
    if "{subscriptionId}" in path:
        missing: Cases = {"No such subscription": NoSuchSubscription(), "No such batch": NoSuchBatch()}
        yield ErrorResponse(404, f"{prefix}NotFound", "Not there, or not yours.", missing, COUNTED)
    if "{number}" in path:
        gone: Cases = {"Not kept any more": BatchRemoved(), "Erased": BatchErased()}
        yield ErrorResponse(410, "BatchGone", "The file is not there any more.", gone, COUNTED)
    yield ErrorResponse(429, f"{prefix}TooManyRequests", "A quota is used up.", USED_UP, WAITING)
    yield ErrorResponse(500, f"{prefix}InternalError", "Something failed here.", OUR_FAULT)
    away = AWAY if prefix else AWAY | NOT_NOW
    yield ErrorResponse(503, f"{prefix}Unavailable", "Not now.", away, ("Retry-After", *PRIVATE))
