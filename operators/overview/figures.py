"""All figures of the overview, in the order in which they are shown."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from operators.overview import delivery_figures, polling_figures, store_figures
from operators.overview.figure import Said, Tone
from operators.overview.findings import Overview


@dataclass(frozen=True)
class Figure:
    """One figure: what it is about, by a word for programs and by one for people, and what it says."""

    figure: str
    name: str
    tone: Tone
    word: str
    sentence: str


MAKERS: tuple[tuple[str, str, str, Callable[[Any], Said]], ...] = (
    ("publisher", "Publisher", "publisher", store_figures.publisher),
    ("events", "Events a minute", "traffic", polling_figures.events),
    ("polls", "Polls a minute", "traffic", polling_figures.polls),
    ("slowest", "Slowest follower", "followers", polling_figures.slowest),
    ("neverPolled", "Unused grants", "followers", polling_figures.never_polled),
    ("limited", "Limited callers", "followers", polling_figures.limited),
    ("skipped", "Skipped windows", "followers", polling_figures.skipped),
    ("subscriptions", "Subscriptions", "deliveries", delivery_figures.subscriptions),
    ("deliver", "Deliverers", "deliveries", delivery_figures.deliver),
    ("batches", "Late batches", "deliveries", delivery_figures.batches),
    ("limits", "Limits", "limits", store_figures.limits),
    ("replicas", "Replicas", "replicas", store_figures.replicas),
    ("database", "Database", "database", store_figures.database),
)
"""Of each figure the two words, the part of the overview that it is about, and what it says of that."""


def figures(overview: Overview) -> list[Figure]:
    """All of them. One about a part that could not be found out says why."""
    whole = {"limits", "database"}
    found = {name: overview if name in whole else getattr(overview, name) for _, _, name, _ in MAKERS}
    return [
        Figure(key, name, *(make(found[part]) if found[part] is not None else _unknown(overview, part)))
        for key, name, part, make in MAKERS
    ]


def worst(shown: list[Figure]) -> Tone:
    """The tone of all together."""
    return max((figure.tone for figure in shown), key=list(Tone).index)


def _unknown(overview: Overview, part: str) -> Said:
    return Said(Tone.UNKNOWN, "Not known", overview.unknown[part])
