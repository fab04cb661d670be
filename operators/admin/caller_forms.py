"""What the actions about callers ask for. What is right is for callers.administration to say."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.conf import settings

from callers.models import Grant, Scope
from operators.admin.actions import ActionForm


class Names(forms.CharField):
    """Names, one a line; a blank line is none."""

    def __init__(self, **options: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 3, "cols": 40, "autocapitalize": "off", "spellcheck": "false"})
        options.setdefault("help_text", "One a line.")
        super().__init__(required=False, widget=widget, **options)

    def clean(self, value: Any) -> list[str]:
        text: str = super().clean(value)
        return [name for line in text.split("\n") if (name := line.strip())]


class ScopesForm(ActionForm):
    """Channels and partners to add."""

    channels = Names()
    partners = Names()


class CreationForm(ScopesForm):
    """A new caller."""

    field_order = ("username", "channels", "partners", "rate")
    username = forms.CharField(max_length=200, label="Name")
    rate = forms.CharField(max_length=50, required=False)

    def __init__(self, data: Any = None, *, subject: Any = None) -> None:
        super().__init__(data, subject=subject)
        self.fields["rate"].help_text = f"Such as 1200/m. Blank: {settings.CALLER_RATE}, as for most."


class WithdrawalForm(ActionForm):
    """Some of what the caller may read."""

    grants = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, label="No longer", required=False)

    def __init__(self, data: Any = None, *, subject: Any = None) -> None:
        super().__init__(data, subject=subject)
        grants = subject.grants.order_by("kind", "identifier")
        field = self.fields["grants"]
        field.choices = [(f"{one.kind}/{one.identifier}", f"{one.kind} {one.identifier}") for one in grants]  # type: ignore[attr-defined]  # a choice field's
        field.error_messages["invalid_choice"] = "%(value)s is not granted anyway. Nothing was changed."


class RateForm(ActionForm):
    """A rate, or none."""

    rate = forms.CharField(max_length=50, required=False)

    def __init__(self, data: Any = None, *, subject: Any = None) -> None:
        super().__init__(data, subject=subject)
        self.fields["rate"].initial = subject.rate
        self.fields["rate"].help_text = f"Such as 1200/m. Blank: {settings.CALLER_RATE}, as for most."


class RotationForm(ActionForm):
    """For how long the old key stays good."""

    overlap = forms.CharField(
        max_length=50,
        initial="24h",
        help_text="How long the old keys stay good: such as 30m, 24h or 7d; 0 ends them at once.",
    )


def scopes_added(cleaned: dict[str, Any]) -> Iterator[Scope]:
    """What a ScopesForm names."""
    yield from (Scope(Grant.Kind.CHANNEL, name) for name in cleaned["channels"])
    yield from (Scope(Grant.Kind.PARTNER, name) for name in cleaned["partners"])


def scopes_chosen(cleaned: dict[str, Any]) -> Iterator[Scope]:
    """What a WithdrawalForm names. No kind has a slash in it."""
    for text in cleaned["grants"]:
        kind, _, identifier = text.partition("/")
        yield Scope(kind, identifier)
