"""Subscriptions of `poller`, unless told, and what the admin says about them."""

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

from django.contrib.admin.models import LogEntry

from callers.models import Caller, Scope
from delivery.models import Attempt, HeldOrder, Subscription
from delivery.registration.creating import create
from delivery.registration.strict import cleaned
from delivery.registration.subscription_body import SubscriptionSerializer

NOW = datetime(2026, 11, 24, 20, 0, 5, tzinfo=UTC)
LIST = "/delivery/subscription/"
WEBHOOK = {
    "url": "https://shop.example:8443/hook/s3cret-path",
    "secret": "unseen-" * 5,
    "authorization": "Bearer unseen",
}
SCHEDULE = {"cron": "*/15 * * * *", "timeZone": "Asia/Bangkok"}


def subscribed(
    mechanism: str = "webhook",
    *,
    scope: tuple[str, str] = ("channel", "lazada-th"),
    username: str = "poller",
    **members: Any,
) -> Subscription:
    """A new one; without members for its mechanism, the usual webhook."""
    given = members.pop(mechanism, WEBHOOK)
    body = {"name": "ERP Bangkok", "mechanism": mechanism, "start": "beginning", mechanism: given, **members}
    serializer = SubscriptionSerializer(data=body, context={"mechanisms": (mechanism,)})
    return create(Caller.objects.get(username=username).pk, Scope(*scope), cleaned(serializer, body))


def changed(row: Subscription, **columns: Any) -> Subscription:
    """The same with these columns, as `deliver` writes them."""
    Subscription.objects.filter(pk=row.pk).update(**columns)
    return Subscription.objects.get(pk=row.pk)


def attempted(row: Subscription, outcome: str = "FAILED", **columns: Any) -> Attempt:
    """What `deliver` keeps of a try."""
    given = {"time": NOW, "channel_id": "lazada-th", "order_id": "A-1", "detail": "connection refused"}
    return Attempt.objects.create(subscription=row, outcome=outcome, **given | columns)


def held(row: Subscription, order_id: str = "A-1", **columns: Any) -> HeldOrder:
    """An order that `deliver` holds."""
    times = {"updated_time": NOW, "held_time": NOW}
    return HeldOrder.objects.create(
        subscription=row, channel_id="lazada-th", order_id=order_id, **times | columns
    )


def page_of(row: Subscription, action: str = "change") -> str:
    return f"{LIST}{row.pk}/{action}/"


def text_of(answer: Any) -> str:
    """A page without markup, each run of blanks one."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def why_on(answer: Any) -> str:
    """The sentence at the top of a page."""
    (found,) = re.findall(r'<p class="why[^"]*">(.*?)</p>', answer.text)
    return unescape(found)


def facts_on(answer: Any) -> dict[str, str]:
    """The table of facts."""
    rows = re.findall(r'<tr><th scope="row">([^<]*)</th><td>(.*?)</td></tr>', answer.text)
    return {unescape(label): unescape(re.sub(r"<[^>]+>", "", value)) for label, value in rows}


def logged() -> list[tuple[str, str, str]]:
    rows = LogEntry.objects.order_by("pk")
    return [(row.user.get_username(), row.object_repr, row.get_change_message()) for row in rows]


def everything() -> list[Any]:
    models = (Subscription, HeldOrder, Attempt, LogEntry)
    return [list(model._default_manager.order_by("pk").values()) for model in models]
