"""What is noted of every poll: its outcome, and for a caller's own feeds what it was given."""

from django.http import HttpRequest, HttpResponse

from callers import poll_memory
from callers.models import Scope
from callers.tokens import Access
from orders.polling.given import Given
from stores import minutes


def note(request: HttpRequest, response: HttpResponse, scope: Scope, given: Given | None) -> None:
    """Note an answer to a poll, which was `given` that. Costs no round trip.

    What a caller may not read is not kept under its name: there is no end of such names.
    """
    if request.method == "OPTIONS":
        return
    outcome = outcome_of(response.status_code)
    minutes.count(f"polls.{outcome}")
    access = getattr(request, "user", None)
    if isinstance(access, Access) and access.may_read(scope):
        poll_memory.note_outcome(access.caller_id, scope, outcome)
        if given and outcome in ("200", "304"):
            poll_memory.note_poll(access.caller_id, scope, given.since, given.until)


def outcome_of(status: int) -> str:
    """200, 304, limited (429), refused (other errors of the caller) or failed (ours)."""
    if status == 429:
        return "limited"
    if status >= 500:
        return "failed"
    return "refused" if status >= 400 else str(status)
