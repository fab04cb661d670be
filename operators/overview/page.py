"""The overview as a page: figures, charts and rows, with the frame of the admin or without."""

from typing import Any

from operators.overview.charting import Drawn, charts
from operators.overview.figure import Tone
from operators.overview.figures import Figure, figures, worst
from operators.overview.findings import Overview
from operators.overview.gathering import gather
from operators.overview.table import admin_url
from operators.overview.tables import tables
from operators.overview.traffic import HOUR, counts
from stores.notes import Away

TEMPLATE, FRAGMENT = "operators/overview.html", "operators/overview_fragment.html"
HEADLINES = {
    Tone.ALARM: "Something is wrong.",
    Tone.WARNING: "Something wants a look.",
    Tone.UNKNOWN: "Not everything is known.",
}
LISTS = {
    "publisher": "orders_feedhead_changelist",
    "events": "orders_salesorder_changelist",
    "polls": "callers_caller_changelist",
    "deliver": "delivery_subscription_changelist",
    "batches": "delivery_subscription_changelist",
    "limits": "callers_caller_changelist",
    "database": "orders_feedhead_changelist",
}
"""Where the rows of a figure are, if they are not below it."""


def context() -> dict[str, Any]:
    """What the templates show, as it is now."""
    overview = gather()
    shown = figures(overview)
    below = {table.key: table for table in tables(overview)}
    return {
        "overview": overview,
        "headline": HEADLINES.get(worst(shown), "All is well."),
        "tone": worst(shown),
        "figures": [(figure, _rows_of(figure, below)) for figure in shown],
        "charts": _charts(overview),
        "tables": below.values(),
    }


def _rows_of(figure: Figure, below: dict[str, Any]) -> str:
    """Where the rows of a figure are: on this page, or in a list of the admin; empty where there are none."""
    if figure.figure in below:
        return f"#{figure.figure}"
    return admin_url(LISTS[figure.figure]) if figure.figure in LISTS else ""


def _charts(overview: Overview) -> list[Drawn]:
    """None while the counts are not known."""
    if overview.traffic is None:
        return []
    try:
        return list(charts(counts(HOUR)))
    except Away:
        return []
