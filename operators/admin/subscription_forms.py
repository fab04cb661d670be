"""What the actions on subscriptions ask for."""

from datetime import datetime
from typing import Any

from django import forms

from operators.admin.actions import ActionForm
from wire.times import BadTime, parse_time


class ReplayForm(ActionForm):
    """From when on orders are sent again: `since` is cleaned to a time, or None for the beginning."""

    since = forms.CharField(
        label="Since",
        max_length=40,
        required=False,
        help_text="An updatedTime with its zone, such as 2026-11-22T08:00:00Z",
    )
    from_beginning = forms.BooleanField(label="From the beginning", required=False)

    def clean_since(self) -> datetime | None:
        text = self.cleaned_data["since"]
        try:
            return parse_time(text) if text else None
        except BadTime as error:
            raise forms.ValidationError(f"It {error.detail}.") from None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and bool(cleaned["since"]) == cleaned["from_beginning"]:
            raise forms.ValidationError("Give a time, or choose the beginning: one of both.")
        return cleaned


class ResendForm(ActionForm):
    """Which order. The channel of a subscription to a channel is no question."""

    channel_id = forms.CharField(label="Channel", max_length=100)
    order_id = forms.CharField(label="Order id", max_length=100, strip=False)

    def __init__(self, data: Any = None, *, subject: Any = None) -> None:
        super().__init__(data, subject=subject)
        if subject.kind == "channel":
            self.fields["channel_id"].initial = subject.identifier
            self.fields["channel_id"].disabled = True
