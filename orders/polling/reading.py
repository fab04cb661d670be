"""DRF's filter seam: a request's parameters, read by the declarations of its wire, strictly or leniently.

Parameters are cleaned one by one, because building django-filter's form costs more than the page.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.http import QueryDict
from rest_framework.filters import BaseFilterBackend

from callers.models import Scope
from orders.polling.parameters import MAX_IDS, MAX_PAGE_SIZE, Parameter, Parameters, Refused, Values
from orders.question import Question
from wire.refusals import MAX_SHOWN_LENGTH, BadParameters, ParameterError, nearest

MAX_SHOWN = 10
"""Unknown parameters that a refusal names: to tell of a thousand would cost more than any page."""


@dataclass(frozen=True)
class Asked:
    """What a request asks for: a question, and how many orders its answer may hold."""

    question: Question
    size: int


class LenientParameters(BaseFilterBackend):
    """Unknown parameters mean nothing; a known one with a bad value, or sent twice, is refused."""

    def read(self, query: QueryDict, scope: Scope, parameters: type[Parameters]) -> Asked:
        """Raises BadParameters with all that is wrong, but of unknown names with ten at most."""
        declared = parameters.base_filters
        errors = [*self.unknown(query, parameters)]
        values = _cleaned(query, declared, errors)
        errors += parameters.conflicts(values)
        if errors:
            raise BadParameters(errors)
        fields: dict[str, Any] = {}
        for name, value in values.items():
            fields.setdefault(declared[name].fills, declared[name].filled(value))
        size = fields.pop("size", MAX_PAGE_SIZE)
        return Asked(Question(scope, **fields), size)

    def unknown(self, query: QueryDict, parameters: type[Parameters]) -> Iterator[ParameterError]:
        """What is wrong with the names that were sent."""
        return iter(())


class StrictParameters(LenientParameters):
    """An unknown or misspelt parameter is refused as well: it would otherwise silently mean nothing."""

    def unknown(self, query: QueryDict, parameters: type[Parameters]) -> Iterator[ParameterError]:
        declared = parameters.base_filters
        known = ", ".join(declared) or "none"
        for name in islice((name for name in query if name not in declared), MAX_SHOWN):
            shown = name if len(name) <= MAX_SHOWN_LENGTH else f"{name[:MAX_SHOWN_LENGTH]}..."
            why, meant = parameters.instead.get(name, (f"known are {known}", nearest(name, declared)))
            yield ParameterError(shown, f"is not a parameter here; {why}", meant)


def _cleaned(query: QueryDict, declared: dict[str, Parameter], errors: list[ParameterError]) -> Values:
    values: Values = {}
    for name, filter_ in declared.items():
        texts = query.getlist(name)
        try:
            if texts:
                values[name] = _clean(filter_, texts)
            elif filter_.extra["required"]:
                raise Refused("is missing")
        except Refused as refused:
            errors.append(ParameterError(name, refused.detail, refused.suggestion))
    return values


def _clean(filter_: Parameter, texts: list[str]) -> Any:
    if any(not text for text in texts):
        raise Refused("must not be empty; leave the parameter out instead")
    if not filter_.repeatable:
        if len(texts) > 1:
            raise Refused("is repeated: send it once")
        return filter_.clean(texts[0])
    if len(texts) > MAX_IDS:
        raise Refused(f"must be given at most {MAX_IDS} times; ask for the others in another request")
    return list(dict.fromkeys(filter_.clean(text) for text in texts))
