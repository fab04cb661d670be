"""When batches are cut: crontab(5) in a zone, over changes of the clock as Debian's cron."""

from datetime import UTC, datetime

import pytest

from delivery.files.schedule import BadSchedule, check_cron, check_zone, next_slot

BANGKOK, BERLIN = "Asia/Bangkok", "Europe/Berlin"


def slots(cron: str, zone: str, after: str, count: int) -> list[str]:
    """The next times in UTC, such as 25T00:30."""
    time, found = datetime.fromisoformat(after).replace(tzinfo=UTC), []
    for _ in range(count):
        time = next_slot({"cron": cron, "timeZone": zone}, time)
        found.append(f"{time:%dT%H:%M}")
    return found


@pytest.mark.parametrize(
    ("cron", "zone", "after", "expected"),
    [
        ("*/15 * * * *", BANGKOK, "2026-11-22T08:00:00", ["22T08:15", "22T08:30"]),
        ("0 9 * * mon-fri", BANGKOK, "2026-11-20T02:00:00", ["23T02:00", "24T02:00"]),
        ("0 9 1 * mon", BANGKOK, "2026-10-31T00:00:00", ["01T02:00", "02T02:00", "09T02:00"]),
        ("0 0 29 2 *", "UTC", "2026-11-22T00:00:00", ["29T00:00"]),
        ("0 0 * * 7", "UTC", "2026-11-20T00:00:00", ["22T00:00"]),
        # 2026-03-29 has no 02:30 in Berlin: it comes once, right after the change
        ("30 2 * * *", BERLIN, "2026-03-28T00:00:00", ["28T01:30", "29T01:00", "30T00:30"]),
        ("*/30 * * * *", BERLIN, "2026-03-29T00:15:00", ["29T00:30", "29T01:00", "29T01:30"]),
        # 2026-10-25 has two: it comes once, at the first
        ("30 2 * * *", BERLIN, "2026-10-24T12:00:00", ["25T00:30", "26T01:30"]),
        ("30 2 * * *", BERLIN, "2026-10-25T00:45:00", ["26T01:30"]),
        ("30 2 * * *", BERLIN, "2026-10-25T01:10:00", ["26T01:30"]),  # asked between the two
        ("0,30 1-3 * * *", BERLIN, "2026-10-25T01:10:00", ["25T02:00", "25T02:30", "26T00:00"]),
        ("*/30 * * * *", BERLIN, "2026-10-25T00:15:00", ["25T00:30", "25T01:00", "25T01:30"]),
    ],
)
def test_slots(cron: str, zone: str, after: str, expected: list[str]) -> None:
    assert slots(cron, zone, after, len(expected)) == expected


@pytest.mark.parametrize(
    "line",
    [
        *("", " ", "@daily", "@reboot", "* * * *", "* * * * * *", "0 0 0 * * *", "a b c d e"),
        *("60 * * * *", "0 24 * * *", "0 0 32 * *", "0 0 0 * *", "0 0 * 13 *", "0 0 * * 8", "*/0 * * * *"),
        *("5-1 * * * *", "1- * * * *", "-1 * * * *", "1,,2 * * * *", "\N{ARABIC-INDIC DIGIT THREE} * * * *"),
        *("0 0 L * *", "0 0 LW * *", "0 0 * * 5L", "0 0 * * 5#2", "0 0 * * mon#1", "1" * 101 + " * * * *"),
        *("0 0 30 2 *", "0 0 31 4,6 *", "0 0 31 2 *"),
    ],
)
def test_a_line_that_is_none_or_never_comes_is_refused(line: str) -> None:
    with pytest.raises(BadSchedule):
        check_cron(line)


def test_spaces_are_single() -> None:
    assert check_cron(" 0  9\t* * MON-fri ") == "0 9 * * MON-fri"


@pytest.mark.parametrize(
    "zone", ["", "Mars/Olympus", "asia/bangkok", "../../etc/passwd", "localtime", "+07:00"]
)
def test_a_zone_that_is_none_is_refused(zone: str) -> None:
    with pytest.raises(BadSchedule):
        check_zone(zone)
