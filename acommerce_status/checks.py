"""System checks: what is set dangerously, or is due, is said at the start. An error stops the server."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError
from django.utils.module_loading import import_string

from callers.quotas import parse_rate
from delivery.models import Subscription
from orders.models import SalesOrder

SHORTEST_SECRET = 50
HOST = re.compile(r"\*|\.?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|\[[0-9A-Fa-f:.]+\]")


@register(Tags.security)
def check_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Settings that would leak, lock out, or count wrongly."""
    return [*_dangerous(), *_contradictory(), *_mails(), *_malformed()]


@register(Tags.database)
def check_documents(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Documents in an older representation; nothing to say when the database is away or not migrated."""
    if not databases:
        return []
    try:
        due = SalesOrder.objects.outdated().exists()
    except DatabaseError:
        return []
    hint = "Run manage.py render_documents; the server answers with the older documents until then."
    return (
        [Warning("Stored documents have an older representation.", hint=hint, id="orders.W001")]
        if due
        else []
    )


@register(Tags.database)
def check_delivery_keys(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Subscriptions whose secrets nothing can read; nothing to say while there is none."""
    if settings.DELIVERY_KEYS or not databases:
        return []
    try:
        due = Subscription.objects.filter(deleted=False).exists()
    except DatabaseError:
        return []
    hint = "Set DELIVERY_KEYS to the keys by which their secrets were stored."
    told = "There are subscriptions, and DELIVERY_KEYS is missing."
    return [Error(told, hint=hint, id="delivery.E001")] if due else []


@register(Tags.models)
def check_filed_statuses(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """FILED_STATUSES names every status column of an order, nothing else, and functions that exist."""
    columns = {field.name for field in SalesOrder._meta.fields if field.name.endswith("_status")}
    filed = settings.FILED_STATUSES
    wrong = [f"{name} is no status column of SalesOrder" for name in sorted(filed.keys() - columns)]
    wrong += [f"the column {name} of SalesOrder is missing" for name in sorted(columns - filed.keys())]
    for name, path in filed.items():
        try:
            import_string(path)
        except ImportError as error:
            wrong.append(f"{name}: {error}")
    hint = "Name each status column of SalesOrder with the dotted path of a function of the document."
    return [Error(f"FILED_STATUSES: {what}.", hint=hint, id="orders.E001") for what in wrong]


def _dangerous() -> Iterator[CheckMessage]:
    if len(settings.SECRET_KEY) < SHORTEST_SECRET:
        hint = "Make one: python -c 'import secrets; print(secrets.token_urlsafe(50))'"
        yield Error(
            f"SECRET_KEY has fewer than {SHORTEST_SECRET} characters.", hint=hint, id="acommerce.E001"
        )
    if "*" in settings.ALLOWED_HOSTS:
        hint = "Name the hosts: links to the next page are made from the host a request names."
        yield Error("ALLOWED_HOSTS admits every host.", hint=hint, id="acommerce.E002")
    shared = not settings.CACHES["limits"]["BACKEND"].endswith("LocMemCache")
    if settings.WEB_CONCURRENCY > 1 and not shared:
        hint = "Set REDIS_URL and the other production settings, or WEB_CONCURRENCY=1."
        yield Error("Several processes would each count limits on their own.", hint=hint, id="acommerce.E003")


def _contradictory() -> Iterator[CheckMessage]:
    if settings.HTTPS and not settings.TRUST_PROXY:
        hint = "Behind a proxy that ends TLS set TRUST_PROXY=on; to serve plain HTTP set HTTPS=off."
        told = "HTTPS is on and TRUST_PROXY is off: every request is redirected to HTTPS for ever."
        yield Warning(told, hint=hint, id="acommerce.W001")
    if settings.HSTS_PRELOAD and not settings.HSTS_SUBDOMAINS:
        hint = "Set HSTS_SUBDOMAINS=on too, if every subdomain has HTTPS; else set HSTS_PRELOAD=off."
        yield Error("HSTS_PRELOAD means nothing without HSTS_SUBDOMAINS.", hint=hint, id="acommerce.E004")
    if settings.V2_SUNSET < settings.V2_DEPRECATED_SINCE:
        hint = "Set V2_SUNSET to a later time (RFC 9745, section 4)."
        yield Error("V2_SUNSET is earlier than V2_DEPRECATED_SINCE.", hint=hint, id="acommerce.E006")


def _mails() -> Iterator[CheckMessage]:
    if not settings.EMAIL_URL:
        return
    missing = [name for name in ("DELIVERY_FROM", "PUBLIC_URL") if not getattr(settings, name)]
    if missing:
        hint = "Set it too, or unset EMAIL_URL."
        told = f"EMAIL_URL is set and {' and '.join(missing)} is missing, so no mail is sent."
        yield Error(told, hint=hint, id="acommerce.E008")
    elif settings.HTTPS and not settings.PUBLIC_URL.startswith("https:"):
        hint = "Mail programs offer to unsubscribe in one click by https only (RFC 8058)."
        yield Warning("PUBLIC_URL does not begin with https://.", hint=hint, id="acommerce.W002")


def _malformed() -> Iterator[CheckMessage]:
    for name in ("CALLER_RATE", "ORDER_RATE", "GUESS_RATE"):
        try:
            parse_rate(getattr(settings, name))
        except ValueError as error:
            yield Error(f"{name}: {error}", id="acommerce.E005")
    for host in settings.ALLOWED_HOSTS:
        if not HOST.fullmatch(host):
            hint = "Write names only, such as api.example.com: no scheme, no port and no path."
            yield Error("ALLOWED_HOSTS holds what no Host header can match.", hint=hint, id="acommerce.E007")
