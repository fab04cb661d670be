"""Cutting a batch: the window of the feed after a position, written as CSV (contract, section 11)."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from delivery.files import cells
from delivery.files.draft import Draft
from delivery.files.layouts import LAYOUTS, Order, decode, header
from delivery.models import Subscription
from orders import feed
from orders.forms import Form
from orders.models import FeedClock
from orders.question import Question
from wire.times import EARLIEST

PRIMARY = "default"
PAGE = 100
MAX_READ = 100_000
"""Orders that are read for one batch; a filter that lets few through goes on with the next."""
MAX_BYTES = {"email": 7_000_000}
MAX_FILE_BYTES = 64 * 1024 * 1024
"""Of a file before it is compressed, so that what one batch stores is bounded (docs/decisions/batches.md)."""
BOM = b"\xef\xbb\xbf"


class Gap(Exception):
    """A change later than the position was forgotten, and may be missing."""


@dataclass
class Cut:
    """The window `(since, until]`, and what of it is in the file. With `has_more` it ended before."""

    since: datetime
    until: datetime
    draft: Draft
    rows: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    has_more: bool = False

    @property
    def orders(self) -> int:
        return self.statuses.total()

    def add(self, order: Order, lines: list[str], text: bytes) -> None:
        """The rows of one order, which are never parted."""
        self.draft.write(text)
        self.rows += len(lines)
        self.statuses[order.order_status or ""] += 1


def cut(row: Subscription) -> Cut:
    """What changed since the position, up to the clock's time, which is read before the rows.

    An order that moves meanwhile is not found any more, and is in the next batch. Raises Gap.
    """
    clock = FeedClock.objects.using(PRIMARY).get().last_time
    made = Cut(row.position, max(clock, row.position), Draft())
    try:
        _write(row, made)
    except BaseException:
        made.draft.close()
        raise
    return made


def _write(row: Subscription, made: Cut) -> None:
    settings = row.settings
    layout, cell = LAYOUTS[settings["layout"]], cells.guarded if settings["formulaGuard"] else cells.plain
    made.draft.write((BOM if settings["bom"] else b"") + header(settings["layout"]).encode())
    last, most = row.position, MAX_BYTES.get(row.mechanism, MAX_FILE_BYTES)
    for number, (time, document) in enumerate(_orders(row, made.until)):
        order = decode(document)
        if not row.order_status or order.order_status in row.order_status:
            lines = layout(order, cell)
            text = "".join(lines).encode()
            is_too_large = made.orders > 0 and made.draft.size + len(text) > most
            if is_too_large or made.orders >= settings["maxOrders"]:
                made.until, made.has_more = last, True
                break
            made.add(order, lines, text)
        if number >= MAX_READ:
            made.until, made.has_more = time, True
            break
        last = time
    made.draft.end()


def _orders(row: Subscription, until: datetime) -> Iterator[tuple[datetime, str]]:
    """Time and document of each order of the window, read in pages."""
    since, has_more = row.position, row.position < until
    while has_more:
        question = Question(row.scope, since=since, until=until, tells_gap=True)
        page = feed.page(question, PAGE, Form.ROWS, PRIMARY)
        if page.has_gap and since > EARLIEST:
            raise Gap
        for item in page.items:
            yield item.updated_time, item.document
        has_more = page.has_more and bool(page.items)
        since = page.items[-1].updated_time if page.items else until
