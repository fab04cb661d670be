"""What `deliver` reads of the feed: by two queries, for however many subscriptions. It blocks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from callers.models import Scope
from delivery.engine.store import PRIMARY
from orders import feed
from orders.forms import Form, Row
from orders.models import FeedClock
from orders.question import Question
from wire.times import EARLIEST


@dataclass(frozen=True)
class Read:
    """A page, and the time up to which the feed was read by it.

    With `has_gap` a change after the time that was asked from was forgotten.
    """

    rows: list[Row]
    until: datetime
    has_more: bool
    has_gap: bool = False


def read_pages(asked: Sequence[tuple[Scope, datetime]], size: int) -> list[Read]:
    """The next orders, up to `size`, of several scopes, each after its own time.

    The clock is read first, then the rows, so that nothing up to `until` is missed. A row may be later than
    that clock. What came before that row in the feed is then on the page too.
    """
    clock = FeedClock.objects.using(PRIMARY).get().last_time
    questions = [Question(scope, since=since, tells_gap=True) for scope, since in asked]
    if len(questions) == 1:
        pages = [feed.page(questions[0], size, Form.ROWS, PRIMARY)]
    else:
        pages = feed.pages(questions, size, PRIMARY)
    return [_read(page, clock, since) for page, (_, since) in zip(pages, asked, strict=True)]


def _read(page: feed.Page[Row], clock: datetime, since: datetime) -> Read:
    last = page.items[-1].updated_time if page.items else since
    until = last if page.has_more else max(clock, last)
    return Read(page.items, until, page.has_more, page.has_gap and since > EARLIEST)
