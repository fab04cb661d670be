"""Until when the answer to a poll has everything that was asked for: where its caller may go on from."""

from datetime import UTC, datetime
from typing import NamedTuple

from orders.question import Question
from wire.times import EARLIEST


class Given(NamedTuple):
    """An answer to `question` that has all that changed up to `until`. A tuple, as that is made fastest."""

    question: Question
    until: datetime


def given_by(question: Question, newest: str | None, *, has_more: bool) -> Given:
    """Until when a caller has everything that it asked for: the last order, or the end of its window.

    Where orders of one status are asked for and no more of them are there, it is now.
    """
    last = datetime.fromisoformat(newest) if newest else question.since or EARLIEST
    if not has_more and (question.until or question.filed):
        now = datetime.now(UTC)
        last = max(last, min(question.until or now, now))
    return Given(question, last)
