"""What the OpenAPI documents say in words only, told to Schemathesis: it loads this module as its hooks."""

from datetime import UTC, datetime, timedelta
from typing import Any

import schemathesis
from hypothesis import strategies as st

from wire.times import BadTime, format_time, parse_time

LATEST = datetime.now(UTC) - timedelta(days=1)

schemathesis.openapi.format(
    "date-time",
    st.datetimes(datetime(1970, 1, 1), LATEST.replace(tzinfo=None)).map(format_time),  # noqa: DTZ001 - UTC
)
schemathesis.openapi.format(
    "uri", st.sampled_from(["https://shop.example/in?a=1", "https://a-b.example:8443"])
)


@schemathesis.hook
def filter_case(context: Any, case: Any) -> bool:
    """Leave out windows that end before they begin, in v2 those that begin twice, and times to come.

    Schemathesis takes times of answers as well, such as the end of a token. Left out, too, are ids with a
    comma, which v3 takes for lists, and invented header names with an underscore, which are refused.
    """
    query = case.query or {}
    ids = query.get("id", [])
    if "," in "".join(map(str, ids if isinstance(ids, list) else [ids])):
        return False
    if any("_" in name for name in case.headers or {}):
        return False
    since, until = _time(query.get("updatedSince", query.get("since"))), _time(query.get("updatedUntil"))
    if {"since", "updatedSince"} <= query.keys() or (since and until and since > until):
        return False
    return all(time < datetime.now(UTC) for time in (since, until) if time)


@schemathesis.hook
def before_add_examples(context: Any, examples: list[Any]) -> None:
    """The example of every parameter at once is one too many in v2."""
    for case in examples:
        case.query.pop("since", None)


def _time(text: Any) -> datetime | None:
    try:
        return parse_time(str(text))
    except BadTime:
        return None
