"""When batches are cut: five fields of crontab(5) in a zone, read as Debian's cron reads them.

A line with a fixed hour that does not exist on the day of a change of the clock comes right after the change;
one whose hour comes twice comes once (cronsim). Pure functions.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError

MAX_LENGTH = 100
_FIELD = r"[0-9*,/-]+"
_NAMES = r"(?:[0-9*,/-]|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat)+"
_LINE = re.compile(rf"(?:{_FIELD} ){{3}}{_NAMES} {_NAMES}", re.IGNORECASE)
_A_TIME = datetime(2026, 1, 1, tzinfo=UTC)


class BadSchedule(ValueError):
    """Says what is wrong with a line or a zone."""


def check_cron(line: str) -> str:
    """The line with single spaces. Raises BadSchedule for one that is none, or that never comes."""
    line = " ".join(line.split())
    if len(line) > MAX_LENGTH or not _LINE.fullmatch(line):
        raise BadSchedule(
            "must be five fields of crontab(5): minute, hour, day of the month, month, day of the week,"
            " such as */15 * * * *"
        )
    try:
        next(CronSim(line, _A_TIME))
    except CronSimError as error:
        raise BadSchedule(f"is not a line of crontab(5): {error}") from None
    except StopIteration:
        raise BadSchedule("never comes") from None
    return line


def check_zone(name: str) -> str:
    """The name. Raises BadSchedule where the IANA's database has no such zone."""
    if name not in _zones():
        raise BadSchedule("is no zone of the IANA's database, such as Asia/Bangkok or UTC")
    return name


def next_slot(schedule: Mapping[str, Any], after: datetime) -> datetime:
    """The first time later than `after` at which a checked schedule comes, in UTC.

    Asked in an hour that comes for the second time, cronsim answers with its first time, which is over.
    """
    local = after.astimezone(ZoneInfo(schedule["timeZone"]))
    times: Iterator[datetime] = (time.astimezone(UTC) for time in CronSim(schedule["cron"], local))
    return next(time for time in times if time > after)


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - {"Factory", "localtime"}
