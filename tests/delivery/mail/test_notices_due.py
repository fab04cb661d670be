"""What a contact is told, and when: each case a line."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from delivery.mail.notices import Health, due, is_still_due, paced_since
from delivery.models import Mail

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
Kind = Mail.Kind


def ago(**units: float) -> datetime:
    return NOW - timedelta(**units)


def failing(**units: float) -> dict[str, Any]:
    return {"failures": 3, "failing_since": ago(**units)}


CASES: list[tuple[dict[str, Any], tuple[Kind, str] | None]] = [
    ({}, None),
    (failing(minutes=59), None),
    (failing(hours=1), (Kind.FAILING_1_HOUR, ago(hours=1).isoformat())),
    (failing(hours=23.9), (Kind.FAILING_1_HOUR, ago(hours=23.9).isoformat())),
    (failing(hours=24), (Kind.FAILING_24_HOURS, ago(hours=24).isoformat())),
    (failing(days=4), (Kind.FAILING_24_HOURS, ago(days=4).isoformat())),
    (failing(days=4) | {"active": False}, None),  # paused meanwhile
    ({"failing_since": ago(hours=2)}, None),  # orders are refused, and others accepted
    ({"active": False, "disabled_reason": "GONE", "last_attempt": 7}, (Kind.DISABLED, "GONE 7")),
    ({"active": False, "disabled_reason": "GONE", "last_attempt": 9}, (Kind.DISABLED, "GONE 9")),
    (
        failing(days=5) | {"active": False, "disabled_reason": "NO_SUCCESS", "last_attempt": 1},
        (Kind.DISABLED, "NO_SUCCESS 1"),
    ),
    ({"active": False, "disabled_reason": "NOT_GRANTED"}, None),
    ({"active": False, "disabled_reason": "STOPPED_BY_RECIPIENT"}, None),
    ({"next_attempt": ago(hours=1), "paced_since": ago(hours=23)}, None),
    (
        {"next_attempt": ago(hours=1), "paced_since": ago(hours=24)},
        (Kind.PACED_24_HOURS, ago(hours=24).isoformat()),
    ),
    ({"next_attempt": ago(hours=1), "paced_since": ago(hours=30), "last_success": ago(hours=2)}, None),
    ({"paced_since": ago(hours=30)}, None),  # nothing waits any more
]


@pytest.mark.parametrize(("facts", "told"), CASES)
def test_what_a_contact_should_know(facts: dict[str, Any], told: tuple[Kind, str] | None) -> None:
    assert due(Health(**facts), NOW) == told


@pytest.mark.parametrize(
    ("kind", "about", "facts", "answer"),
    [
        (Kind.FAILING_1_HOUR, ago(hours=2).isoformat(), failing(hours=2), True),
        (Kind.FAILING_1_HOUR, ago(hours=9).isoformat(), failing(hours=2), False),  # of another failure
        (Kind.FAILING_1_HOUR, ago(hours=25).isoformat(), failing(hours=25), False),  # a day by now
        (Kind.FAILING_1_HOUR, ago(hours=2).isoformat(), {}, False),  # it works again
        (Kind.DISABLED, "GONE 7", {"active": False, "disabled_reason": "GONE"}, True),
        (Kind.DISABLED, "GONE 7", {}, False),
    ],
)
def test_what_waited_for_a_mail_server_is_told_only_if_it_is_still_so(
    kind: Kind, about: str, facts: dict[str, Any], answer: bool
) -> None:
    assert is_still_due(kind, about, Health(**facts), NOW) is answer


@pytest.mark.parametrize(
    ("facts", "since"),
    [
        ({}, None),
        ({"next_attempt": ago(seconds=-5)}, NOW),
        ({"next_attempt": ago(hours=1), "paced_since": ago(hours=2)}, ago(hours=2)),
        (
            {"next_attempt": ago(hours=1), "paced_since": ago(hours=2), "last_success": ago(hours=3)},
            ago(hours=2),
        ),
        ({"next_attempt": ago(hours=1), "paced_since": ago(hours=3), "last_success": ago(hours=2)}, NOW),
        ({"next_attempt": ago(hours=1), "failures": 1, "paced_since": ago(hours=3)}, None),
        ({"next_attempt": ago(hours=1), "active": False, "paced_since": ago(hours=3)}, None),
    ],
)
def test_since_when_a_receiver_asks_for_less(facts: dict[str, Any], since: datetime | None) -> None:
    assert paced_since(Health(**facts), NOW) == since
