"""One resource, one representation: what the caller says it accepts does not matter."""

from collections.abc import Sequence

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class OneRepresentation(BaseContentNegotiation):
    """The view's only renderer, and its only parser, whatever the headers say.

    Existing clients post JSON without a JSON Content-Type, and ask with every kind of Accept.
    """

    def select_parser(self, request: Request, parsers: Sequence[BaseParser]) -> BaseParser | None:
        return parsers[0] if parsers else None

    def select_renderer(
        self, request: Request, renderers: Sequence[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type or ""
