"""What the list and the page of callers show of each row."""

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from callers.models import Caller, Grant, RetiredKey
from orders.models import FeedHead


def with_grants(callers: QuerySet[Caller]) -> QuerySet[Caller]:
    """With their old keys, and their grants, of which each knows whether anything was published under it."""
    heads = FeedHead.objects.filter(kind=OuterRef("kind"), identifier=OuterRef("identifier"))
    grants = Grant.objects.annotate(is_published=Exists(heads)).order_by("kind", "identifier")
    retired = RetiredKey.objects.filter(expires_time__gt=timezone.now()).order_by("expires_time")
    return callers.prefetch_related(Prefetch("grants", grants), Prefetch("retired_keys", retired))


def shown_grants(caller: Caller) -> SafeString | str:
    return format_html_join("", "<div>{} {}{}</div>", map(_shown, caller.grants.all())) or "nothing"


def shown_old_keys(caller: Caller) -> SafeString | str:
    times = ((f"{key.expires_time:%Y-%m-%d %H:%M:%S} UTC",) for key in caller.retired_keys.all())
    return format_html_join("", "<div>{}</div>", times) or "there are none"


def _shown(grant: Any) -> tuple[str, str, str]:
    unknown = format_html(' <em class="doubt">{}</em>', "nothing was ever published there")
    return grant.kind, grant.identifier, "" if grant.is_published else unknown
