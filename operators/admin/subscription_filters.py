"""What the list of subscriptions is filtered by."""

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from delivery.registration.mechanisms import MECHANISMS
from delivery.registration.representation import STATES


class ChoiceFilter(SimpleListFilter):
    """One of a few conditions. Another value is refused."""

    conditions: dict[str, Q]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in self.conditions]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value is None:
            return queryset
        if value not in self.conditions:
            raise IncorrectLookupParameters
        return queryset.filter(self.conditions[value])


class StateFilter(ChoiceFilter):
    title, parameter_name = "state", "state"
    conditions = STATES


class MechanismFilter(ChoiceFilter):
    title, parameter_name = "mechanism", "mechanism"
    conditions = {name: Q(mechanism=name) for name in MECHANISMS}
