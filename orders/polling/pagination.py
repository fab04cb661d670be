"""DRF's pagination seam: what the pages of both wires have in common (contract, sections 4 and 5)."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar, Literal

from django.http import HttpRequest, HttpResponse
from isal.isal_zlib import crc32
from rest_framework.pagination import BasePagination

from orders import feed, forms, fragments
from orders.feed import Page
from orders.forms import Form, Row
from orders.heads import heads
from orders.models import REPRESENTATION
from orders.polling.given import Given, given_by
from orders.polling.links import next_link, resync
from orders.polling.parameters import MAX_PAGE_SIZE
from orders.polling.reading import Asked
from orders.question import Question
from wire.times import EARLIEST


class PollPagination(BasePagination):
    """Answers what a request asks for; there is no other way to call it. `given` is told of pages."""

    given: Given | None = None

    def respond(self, request: HttpRequest, asked: Asked) -> HttpResponse:
        raise NotImplementedError


class FeedPagination(PollPagination):
    """Keyset pages on the one column that orders the feed. A wire writes the response."""

    since_names: ClassVar[tuple[str, ...]] = ("updatedSince",)
    """The parameters that a `Link` may move on; the last of them when none was sent."""
    tells_gap: ClassVar[bool] = False
    """Whether who asks from earlier than what was forgotten is refused."""

    def respond(self, request: HttpRequest, asked: Asked) -> HttpResponse:
        """The page that is asked for. One query, or none when the heads show that nothing is newer.

        What was forgotten is never newer than a head, so then there is no gap either. Raises ResyncRequired.
        """
        question = asked.question
        if heads.nothing_newer(question.scope, question.since or EARLIEST):
            page: Page[bytes] = Page([], has_more=False)
        else:
            asking = replace(question, tells_gap=self.tells_gap)
            page = feed.page(asking, asked.size, self.form(request))
            if page.has_gap:
                raise resync(request, self.since_names)
        newest = _newest(page) if page.items else None
        headers = {"ETag": weak_etag(len(page.items), newest, page.has_more, _checksums(page))}
        if page.has_more and newest:
            headers["Link"] = next_link(request, self._sent_name(request), newest)
        self.given = given_by(question, newest, has_more=page.has_more)
        return self.write(question, page, newest, headers)

    def form(self, request: HttpRequest) -> Literal[Form.TEXT, Form.GZIP]:
        """What the wire writes a page from."""
        return Form.TEXT

    def write(
        self, question: Question, page: Page[bytes], newest: str | None, headers: dict[str, str]
    ) -> HttpResponse:
        """The response for a page; `newest` is the last order's `updatedTime`."""
        raise NotImplementedError

    def _sent_name(self, request: HttpRequest) -> str:
        return next((name for name in self.since_names if name in request.GET), self.since_names[-1])


class OrdersById(PollPagination):
    """Up to ten orders by their ids, in one answer. A wire writes the `body`."""

    def respond(self, request: HttpRequest, asked: Asked) -> HttpResponse:
        """The orders that are asked for. One query, unless they are too heavy for one answer."""
        found, not_shown = _named(asked.question)
        self.check(found)
        documents = [document for texts in found.values() for document in texts]
        times = [forms.updated_time(document) for document in documents]
        tag = weak_etag(list(found), not_shown, times, _checksums(Page(documents, has_more=False)))
        return json_response(self.body(found, not_shown), {"ETag": tag})

    def check(self, found: dict[str, list[bytes]]) -> None:
        """Refuse what was probably not meant. Raises BadParameters."""

    def body(self, found: dict[str, list[bytes]], not_shown: list[str]) -> bytes:
        """The JSON of the orders found by each id that was asked for, and the ids that did not fit."""
        raise NotImplementedError


def _named(question: Question) -> tuple[dict[str, list[bytes]], list[str]]:
    """The orders of each id, in the order asked for, and the ids that did not fit the answer.

    When all do not fit, they are read id by id, until the answer is full.
    """
    page = feed.page(question, MAX_PAGE_SIZE, Form.ROWS)
    if not page.has_more:
        return _by_id(question.ids, page.items), []
    found: dict[str, list[bytes]] = {}
    total = 0
    for number, order_id in enumerate(question.ids):
        rows = feed.page(Question(question.scope, ids=(order_id,)), MAX_PAGE_SIZE, Form.ROWS).items
        documents = _by_id((order_id,), rows)
        total += sum(map(len, documents[order_id]))
        if number and total > forms.MAX_PAGE_BYTES:
            return found, list(question.ids[number:])
        found |= documents
    return found, []


def _by_id(ids: Iterable[str], rows: Iterable[Row]) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {order_id: [] for order_id in ids}
    for row in rows:
        found[row.order_id].append(row.document.encode())
    return found


def json_response(body: bytes, headers: dict[str, str]) -> HttpResponse:
    """A body of ours."""
    return HttpResponse(body, content_type="application/json", headers=headers)


def _newest(page: Page[bytes]) -> str:
    last = page.items[-1]
    return fragments.updated_time(last) if page.form is Form.GZIP else forms.updated_time(last)


def _checksums(page: Page[bytes]) -> bytes:
    """The CRC-32 of each document, which is the same in both forms."""
    if page.form is Form.GZIP:
        return fragments.checksums(page.items)
    return b"".join(crc32(document).to_bytes(4, "little") for document in page.items)


def weak_etag(*parts: object) -> str:
    """A weak entity tag for an answer that `parts` and the URL determine (RFC 9110, section 8.8.3)."""
    digest = hashlib.blake2b(repr((REPRESENTATION, *parts)).encode(), digest_size=12)
    return f'W/"{digest.hexdigest()}"'
