"""Which notice a contact gets, and when: pure decisions, made from data and returned as data."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from delivery.models.mail import Mail

HOUR, DAY = timedelta(hours=1), timedelta(hours=24)
REASONS_WITHOUT_NOTICE = ("STOPPED_BY_RECIPIENT", "NOT_GRANTED")
"""The recipient's own wish, and a caller that may not hear of anything any more."""

Kind = Mail.Kind


@dataclass(frozen=True)
class Health:
    """What is known of a subscription. `paced_since` is what `paced_since` answered the last time.

    `last_attempt` numbers what was tried last, so that one that is disabled twice gets two notices.
    """

    active: bool = True
    disabled_reason: str = ""
    failures: int = 0
    failing_since: datetime | None = None
    last_success: datetime | None = None
    next_attempt: datetime | None = None
    last_attempt: int = 0
    paced_since: datetime | None = None


def paced_since(health: Health, now: datetime) -> datetime | None:
    """Since when the receiver has asked for less without taking anything, as far as we looked."""
    is_paced = health.active and not health.failures and health.next_attempt is not None
    if not is_paced:
        return None
    before = health.paced_since
    has_taken = before and health.last_success and health.last_success > before
    return now if before is None or has_taken else before


def is_still_due(kind: str, about: str, health: Health, now: datetime) -> bool:
    """Whether a notice that waited in the queue meanwhile should still be sent."""
    notice = due(health, now)
    return notice is not None and notice[0] == kind and (kind == Kind.DISABLED or notice[1] == about)


def due(health: Health, now: datetime) -> tuple[Kind, str] | None:  # noqa: PLR0911 - one for each kind
    """The notice that the contact should have by now, and its occasion, or None. Each pair is sent once."""
    if health.disabled_reason:
        has_notice = health.disabled_reason not in REASONS_WITHOUT_NOTICE
        return (Kind.DISABLED, f"{health.disabled_reason} {health.last_attempt}") if has_notice else None
    if not health.active:
        return None
    if health.failures and health.failing_since:
        about = health.failing_since.isoformat()
        if now - health.failing_since >= DAY:
            return Kind.FAILING_24_HOURS, about
        return (Kind.FAILING_1_HOUR, about) if now - health.failing_since >= HOUR else None
    since = paced_since(health, now)
    if since and now - since >= DAY:
        return Kind.PACED_24_HOURS, since.isoformat()
    return None
