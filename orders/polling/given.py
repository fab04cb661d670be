"""Until when the answer to a poll has everything that was asked for: where its caller may go on from."""

from dataclasses import dataclass
from datetime import UTC, datetime

from orders.question import Question
from wire.times import EARLIEST


@dataclass(frozen=True, slots=True)
class Given:
    """What an answer is from: the changes after `since` (None from the beginning) up to `until`."""

    since: datetime | None
    until: datetime


def given_by(question: Question, newest: str | None, *, has_more: bool) -> Given:
    """Until when a caller has everything that it asked for: the last order, or the end of its window.

    Where orders of one status are asked for and no more of them are there, it is now.
    """
    last = datetime.fromisoformat(newest) if newest else question.since or EARLIEST
    if not has_more and (question.until or question.filed):
        now = datetime.now(UTC)
        last = max(last, min(question.until or now, now))
    return Given(question.since, last)
