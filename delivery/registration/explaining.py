"""Why a subscription is not told, or not of everything, as a person says it."""

from datetime import UTC, datetime

from callers.models import Grant
from delivery.mail.agreeing import STOPPED
from delivery.mail.letters import REASONS as TOLD_TO_CONTACTS
from delivery.models import FILE_SHARDS, ORDER_SHARDS, Attempt, DeliverProcess, Subscription
from delivery.registration.representation import state_of

FAILURES = ("REFUSED", "FAILED", "PACED", "BLOCKED")
REASONS = TOLD_TO_CONTACTS | {
    "NOT_GRANTED": "Its caller may not read these orders any more.",
    STOPPED: "Its recipient stopped it. To resume it asks the recipient by mail to agree anew.",
}
"""Why a subscription was disabled, for operators. Resuming it makes another try."""
ASKED_FOR = {
    "UNCONFIRMED": "Nothing is sent until the owner of the address agrees, by the link in our mail.",
    "PAUSED": "Paused: nothing is sent until it is resumed.",
}
"""Why nothing is sent in the states that somebody wanted."""


def why(row: Subscription, *, held: int) -> str:
    """What keeps it from being told, with the newest failure; or that nothing does. Two queries at most.

    `held` is how many orders are held. The row was read with its caller.
    """
    state = state_of(row)
    if state in ASKED_FOR:
        return REASONS[STOPPED] if row.disabled_reason == STOPPED else ASKED_FOR[state]
    if state == "DISABLED":
        reason = REASONS.get(row.disabled_reason, f"The reason is {row.disabled_reason}.")
        return f"Disabled: nothing is sent until it is resumed. {reason}{_last_failure(row)}"
    if state == "FAILING":
        return f"Failing since {_moment(row.failing_since_time)}.{_last_failure(row)}{_next(row)}"
    return _why_not_right(row) or _why_not_all(row, held)


def is_delivered(row: Subscription) -> bool:
    """Whether some process delivers subscriptions of its kind now."""
    first = (FILE_SHARDS if row.sends_files else ORDER_SHARDS).start
    return DeliverProcess.objects.filter(first_shard=first, until__gt=datetime.now(UTC)).exists()


def is_granted(row: Subscription) -> bool:
    """Whether its caller may read its orders now. One query; the row was read with its caller."""
    grants = Grant.objects.filter(caller=row.caller_id, kind=row.kind, identifier=row.identifier)
    return row.caller.revoked_time is None and grants.exists()


def _why_not_right(row: Subscription) -> str:
    return "" if is_granted(row) else f"Nothing is sent. {REASONS['NOT_GRANTED']}"


def _why_not_all(row: Subscription, held: int) -> str:
    if row.next_attempt_time and row.next_attempt_time > datetime.now(UTC):
        return f"The receiver asked for less.{_last_failure(row)}{_next(row)}"
    if held:
        count = "1 order is held" if held == 1 else f"{held:,} orders are held"
        return f"Delivering, but {count}: refused, or waiting to be resent.{_last_failure(row)}"
    if row.failing_since_time:
        return f"The receiver refuses orders since {_moment(row.failing_since_time)}.{_last_failure(row)}"
    return "Nothing fails." if row.last_success_time else "Nothing failed, and nothing was sent yet."


def _last_failure(row: Subscription) -> str:
    """A sentence with a space before it; nothing where no attempt is kept."""
    failed = row.attempts.filter(outcome__in=FAILURES).order_by("-pk").first()
    return f" {told(failed)}" if failed else ""


def told(attempt: Attempt) -> str:
    """What came of one attempt."""
    what = f"batch {attempt.batch}" if attempt.batch else f"order {attempt.order_id}"
    status = f" with status {attempt.status}" if attempt.status else ""
    detail = f": {attempt.detail}" if attempt.detail else ""
    return f"The last failure, {what} at {_moment(attempt.time)}, was {attempt.outcome}{status}{detail}."


def _next(row: Subscription) -> str:
    return f" The next try is due at {_moment(row.next_attempt_time)}." if row.next_attempt_time else ""


def _moment(time: datetime | None) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if time else "a time that is not known"
