"""Small charts as SVG: a pure function of their figures. Their look is in overview.css, light and dark."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor, log10

from django.utils.html import escape
from django.utils.safestring import SafeString

WIDTH, HEIGHT = 300, 120
LEFT, RIGHT, TOP, BOTTOM = 34, 4, 8, 18
INNER_WIDTH, INNER_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
GAP = 0.18
"""Of the width of a bar, so that bars are told apart."""


@dataclass(frozen=True)
class Part:
    """One layer of the bars: what it is called, its CSS class, and its figures, one for each bar."""

    name: str
    look: str
    values: Sequence[float]


@dataclass(frozen=True)
class Chart:
    """Bars from `since` on, each `step` long, whose `parts` lie on top of one another."""

    identifier: str
    title: str
    unit: str
    since: datetime
    step: timedelta
    parts: Sequence[Part]

    @property
    def totals(self) -> list[float]:
        """The height of each bar."""
        return [sum(values) for values in zip(*(part.values for part in self.parts), strict=True)]


def draw(chart: Chart) -> SafeString:
    """The chart as an `svg` element with a title and a description for those who do not see it."""
    top = _ceiling(max(chart.totals, default=0))
    title, told = f"{chart.identifier}-title", f"{chart.identifier}-told"
    pieces = [
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="{title} {told}">',
        f'<title id="{title}">{escape(chart.title)}</title>',
        f'<desc id="{told}">{escape(_described(chart))}</desc>',
        *_lines(top),
        *_times(chart),
        *_bars(chart, top),
        "</svg>",
    ]
    return SafeString("".join(pieces))


def _described(chart: Chart) -> str:
    """What it shows, in a sentence or two."""
    totals = chart.totals
    if not any(totals):
        return f"No {chart.unit} in all this time."
    parts = ", ".join(f"{part.name} {_short(max(part.values))}" for part in chart.parts if any(part.values))
    newest, most = _short(totals[-1]), _short(max(totals))
    return f"{chart.unit.capitalize()}: {newest} at last, {most} at most. The most of each: {parts}."


def _lines(top: float) -> Iterator[str]:
    """Three lines across, with their figures on the left."""
    for share in (0.0, 0.5, 1.0):
        y = _y(share)
        look = "axis" if share == 0 else "grid"
        yield f'<line class="{look}" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="scale" x="{LEFT - 5}" y="{y + 3.5:.1f}">{_short(top * share)}</text>'


def _times(chart: Chart) -> Iterator[str]:
    """The first, the middle and the last moment, below."""
    whole = chart.step * len(chart.totals)
    for share, look in ((0.0, "first"), (0.5, "middle"), (1.0, "last")):
        x = LEFT + INNER_WIDTH * share
        moment = chart.since + whole * share
        yield f'<text class="time {look}" x="{x:.1f}" y="{HEIGHT - 4}">{moment:%H:%M}</text>'


def _bars(chart: Chart, top: float) -> Iterator[str]:
    """For each part one path, of a rectangle in every bar where it has something."""
    width = INNER_WIDTH / max(len(chart.totals), 1)
    ends = [0.0] * len(chart.totals)
    for part in chart.parts:
        ends = [end + value for end, value in zip(ends, part.values, strict=True)]
        steps = "".join(
            f"M{LEFT + width * (number + GAP / 2):.1f} {_y(end / top):.1f}h{width * (1 - GAP):.1f}"
            f"v{INNER_HEIGHT * value / top:.1f}h{-width * (1 - GAP):.1f}z"
            for number, (end, value) in enumerate(zip(ends, part.values, strict=True))
            if value
        )
        if steps:
            yield f'<path class="{part.look}" d="{steps}"/>'


def _y(share: float) -> float:
    return TOP + INNER_HEIGHT * (1 - share)


def _ceiling(most: float) -> float:
    """The next number of the form 1, 2, 5, 10, 20, 50 ...; at least 1."""
    if most <= 1:
        return 1
    magnitude = 10 ** floor(log10(most))
    return float(next(step * magnitude for step in (1, 2, 5, 10) if ceil(most) <= step * magnitude))


def _short(value: float) -> str:
    """A figure in a few characters: 0.5, 12, 1.2k, 3M."""
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if value >= size:
            return f"{value / size:.1f}".removesuffix(".0") + letter
    return f"{value:.1f}".removesuffix(".0") if value < 10 else f"{value:.0f}"
