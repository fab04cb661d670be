"""The overview as JSON, and as lines of text."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any

from operators.overview.figure import counted, lasting
from operators.overview.figures import figures, worst
from operators.overview.findings import Overview
from wire.times import format_time


def as_json(overview: Overview) -> dict[str, Any]:
    """Everything, with the figures of the page. `state` is the worst of their tones."""
    shown = figures(overview)
    return {"state": worst(shown), "figures": _plain(shown), **_plain(overview)}


def as_lines(overview: Overview) -> Iterator[str]:
    """A line for each figure, then one for each row below them."""
    for figure in figures(overview):
        yield f"{figure.tone:8} {figure.name}: {figure.word}. {figure.sentence}"
    if found := overview.followers:
        for row in found.slowest:
            behind = f"{counted(row.orders, 'order')} and {lasting(row.seconds)} behind"
            yield f"behind   {row.caller}, {row.kind} {row.identifier}: {behind}"
        for unused in found.never_polled:
            known = "" if unused.is_known else f"; there is no such {unused.kind} yet"
            yield f"unused   {unused.caller}, {unused.kind} {unused.identifier}: never polled{known}"
        for limited in found.limited:
            yield f"limited  {limited.caller}: {limited.times:,} times"
        for window in found.skipped:
            span = f"from {format_time(window.after)} to {format_time(window.until)}"
            yield f"skipped  {window.caller}, {window.kind} {window.identifier}: {span}"
    for trouble in overview.deliveries.troubles if overview.deliveries else []:
        yield f"{trouble.state.lower():8} {trouble.subscription_id} of {trouble.caller}: {trouble.reason}"


def _plain(value: Any) -> Any:
    """As JSON has it: names in camelCase, times as on the wire."""
    if is_dataclass(value):
        return {_camel(each.name): _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, dict):
        return {_camel(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return format_time(value.astimezone(UTC)) if isinstance(value, datetime) else value


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))
