"""What the page of a subscription shows: facts, and lists as the wire has them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.urls import reverse
from django.utils.html import format_html

from delivery.models import Subscription
from delivery.registration import lists
from delivery.registration.batches import batches
from delivery.registration.explaining import is_delivered, why
from delivery.registration.operating import sentence
from delivery.registration.refusals import BatchErased, BatchRemoved
from delivery.registration.representation import behind_of, state_of
from operators.admin.subscription_settings import receiver, settings_in_words
from orders.behind import MAX_COUNTED
from wire.refusals import BadParameters
from wire.times import EARLIEST

Context = dict[str, Any]


def page_of(row: Subscription, query: Mapping[str, str]) -> Context:
    """All that the page shows. As many queries whatever is in it."""
    held = lists.held_counts([row]).get(row.pk, 0)
    return {
        "why": why(row, held=held),
        "is_well": state_of(row) == "ACTIVE" and not held,
        "is_delivered": is_delivered(row),
        "facts": [(label, value) for label, value in _facts(row, held) if value],
        "outcomes": lists.OUTCOMES,
        "query": query,
        **_lists(row, {name: value for name, value in query.items() if value}),
    }


def _facts(row: Subscription, held: int) -> list[tuple[str, Any]]:
    """A label and a value each; a blank value is none."""
    behind = behind_of(row)
    caller = reverse("admin:callers_caller_change", args=[row.caller_id])
    return [
        ("Caller", format_html('<a href="{}">{}</a>', caller, row.caller.username)),
        ("Orders of", f"{row.kind} {row.identifier}"),
        ("Name", row.name),
        ("Mechanism", row.mechanism),
        ("Receiver", receiver(row)),
        *settings_in_words(row),
        ("Status", ", ".join(row.order_status) if row.order_status else "orders of every status"),
        ("State", f"{state_of(row)} {row.disabled_reason}".strip()),
        ("Failing since", time_in_words(row.failing_since_time)),
        ("Next try", time_in_words(row.next_attempt_time)),
        ("Next file is cut", time_in_words(row.due_time if row.sends_files else None)),
        ("Last success", time_in_words(row.last_success_time)),
        ("Position", time_in_words(row.position) if row.position > EARLIEST else "the beginning"),
        ("Behind", _behind_in_words(behind)),
        ("Held orders", f"{held:,}"),
        ("Contact", _contact(row)),
        ("Created", time_in_words(row.created_time)),
    ]


def _lists(row: Subscription, query: dict[str, str]) -> Context:
    """Held orders, attempts and batches; in place of what was asked for wrongly, a sentence."""
    asked = {name: text for name, text in query.items() if name in ("before", "orderId", "outcome")}
    older = {"before": query["batchesBefore"]} if "batchesBefore" in query else {}
    try:
        return {
            "held": lists.held(row, query),
            "attempts": lists.attempts(row, asked),
            "batches": _batches(row, older) if row.sends_files else None,
        }
    except BadParameters as refusal:
        return {"refused": sentence(refusal)}


def _batches(row: Subscription, query: dict[str, str]) -> Context:
    """As the wire has them; one that is not kept any more says why (`gone`)."""
    found = batches(row, query)
    numbers = [batch["number"] for batch in found["batches"]]
    removed = row.batches.filter(number__in=numbers, removed_time__isnull=False)
    erased = dict(removed.values_list("number", "erased"))
    for batch in found["batches"]:
        refusal = BatchErased if erased.get(batch["number"]) else BatchRemoved
        batch["gone"] = refusal.default_detail if batch["number"] in erased else ""
    return found


def _contact(row: Subscription) -> str:
    if not row.contact_email:
        return "nobody is told"
    contact = row.recipients.filter(role="contact").first()
    agreed = contact is not None and contact.confirmed_time
    return f"{row.contact_email}{'' if agreed else ', who has not agreed yet'}"


def _behind_in_words(behind: dict[str, Any]) -> str:
    if not behind["orders"]:
        return "not at all"
    more = " or more" if behind["orders"] == MAX_COUNTED else ""
    return f"{behind['orders']:,}{more}, the first for {behind['seconds']:,.0f} s"


def time_in_words(time: datetime | None) -> str:
    """To the second; nothing for none."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if time else ""
