"""What is noted of every poll: its outcome, and for a caller's own feeds what it was given."""

from django.http import HttpRequest

from callers import poll_memory
from callers.models import Scope
from callers.tokens import Access
from orders.polling.given import Given
from stores import minutes

NAMES = {name: f"polls.{name}" for name in ("200", "304", "limited", "refused", "failed")}
"""Of what is counted by the minute, by outcome."""


def note(request: HttpRequest, status: int, scope: Scope, given: Given | None) -> None:
    """Note how a request for orders of a scope was answered, and what a page gave. Costs no round trip.

    What a caller may not read is not kept under its name, because such names have no end.
    """
    outcome = outcome_of(status)
    if outcome is None:
        return
    minutes.count(NAMES[outcome])
    access = getattr(request, "user", None)
    if isinstance(access, Access) and (given or access.may_read(scope)):
        poll = (given.question.since, given.until) if given else None
        poll_memory.note(access.caller_id, scope, outcome, poll)


def outcome_of(status: int) -> str | None:
    """200, 304, limited (429), refused (other errors of the caller) or failed (ours); None of OPTIONS."""
    if status in (200, 304):
        return str(status)
    if status == 429:
        return "limited"
    if status >= 500:
        return "failed"
    return "refused" if status >= 400 else None
