"""Pages of stored documents: what both wires need to make theirs."""

import hashlib
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.encoding import escape_uri_path
from rest_framework.request import Request

from orders.feed import Question
from orders.heads import heads
from orders.models import REPRESENTATION
from wire.times import TIME_LENGTH

_UPDATED_TIME = '"updatedTime":"'


@dataclass(frozen=True)
class Rows:
    """Up to a page of orders, oldest change first: their stored texts, and the newest time among them."""

    documents: list[str]
    newest: str | None
    has_more: bool

    @classmethod
    def fetch(cls, question: Question, size: int) -> "Rows":
        """One query, or none: where nothing can be found, nothing is looked for.

        One row more than asked tells whether there are more.
        """
        if heads.reached(question.scope, question.since):
            return cls([], None, has_more=False)
        found = [document for (document,) in question.rows("document", limit=size + 1)]
        shown = found[:size]
        return cls(shown, updated_time(shown[-1]) if shown else None, has_more=len(found) > size)

    @property
    def etag(self) -> str:
        """Same URL and same tag: same page.

        An order leaves its place in the feed only for the end, so the number of orders and the newest
        time tell which orders these are.
        """
        return weak_etag(len(self.documents), self.newest, self.has_more)


def updated_time(document: str) -> str:
    """The order's `updatedTime` as its document tells it: the first, for no quote in a value is bare."""
    start = document.index(_UPDATED_TIME) + len(_UPDATED_TIME)
    return document[start : start + TIME_LENGTH]


def weak_etag(*parts: object) -> str:
    """A weak entity tag for an answer that `parts` and the URL determine (RFC 9110, section 8.8.3)."""
    digest = hashlib.blake2b(repr((REPRESENTATION, *parts)).encode(), digest_size=12)
    return f'W/"{digest.hexdigest()}"'


def next_link(request: Request, name: str, time: str) -> str:
    """A `Link` value: this URL, absolute, with the parameter `name` moved on to `time` (RFC 8288)."""
    query = urlencode({**dict(request.query_params.lists()), name: time}, doseq=True, safe=":")
    return f'<{request.scheme}://{request.get_host()}{escape_uri_path(request.path)}?{query}>; rel="next"'


@dataclass(frozen=True)
class NamedRows:
    """The orders that were asked for by id: their texts by id, in the order asked for; none where unknown."""

    documents: dict[str, list[str]]
    etag: str

    @classmethod
    def fetch(cls, question: Question, order_ids: list[str]) -> "NamedRows":
        """One query."""
        found = question.rows("order_id", "document")
        documents: dict[str, list[str]] = {order_id: [] for order_id in order_ids}
        for order_id, document in found:
            documents[order_id].append(document)
        return cls(documents, weak_etag(order_ids, [updated_time(document) for _, document in found]))
