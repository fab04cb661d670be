"""Charts as SVG."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest

from operators.charts import Chart, Part, draw

SVG = "{http://www.w3.org/2000/svg}"
START = datetime(2026, 11, 24, 10, tzinfo=UTC)


def chart(*parts: Part, title: str = "Polls") -> Chart:
    return Chart("polls", title, "polls a minute", START, timedelta(minutes=30), parts)


def drawn(*parts: Part, title: str = "Polls") -> ElementTree.Element:
    return ElementTree.fromstring(draw(chart(*parts, title=title)))  # noqa: S314 - our own


def texts(picture: ElementTree.Element, name: str) -> list[str | None]:
    return [element.text for element in picture.iter(name)]


def test_a_chart_tells_in_words_what_it_shows() -> None:
    picture = drawn(Part("new", "part-1", [1, 4]), Part("limited (429)", "part-2", [0, 3.5]))

    assert texts(picture, "title") == ["Polls"]
    assert texts(picture, "desc") == [
        "Polls a minute: 7.5 at last, 7.5 at most. The most of each: new 4, limited (429) 3.5."
    ]
    assert picture.get("role") == "img"
    assert picture.get("aria-labelledby") == "polls-title polls-told"
    assert [picture.find(f".//*[@id='{key}']") is not None for key in ("polls-title", "polls-told")] == [
        True,
        True,
    ]


def test_its_axes_have_a_few_round_figures() -> None:
    assert texts(drawn(Part("new", "part-1", [12, 31])), "text") == [
        "0",
        "25",
        "50",
        "10:00",
        "10:30",
        "11:00",
    ]
    assert texts(drawn(Part("new", "part-1", [0, 1_300])), "text")[:3] == ["0", "1k", "2k"]


@pytest.mark.parametrize("values", [[0, 0], []])
def test_a_chart_of_nothing_has_no_bar(values: list[float]) -> None:
    picture = drawn(Part("new", "part-1", values))

    assert texts(picture, "desc") == ["No polls a minute in all this time."]
    assert list(picture.iter("path")) == []


def test_parts_lie_on_top_of_one_another_and_end_inside_the_picture() -> None:
    lower, upper = drawn(Part("new", "part-1", [5, 0]), Part("old", "part-2", [5, 10])).iter("path")

    assert (lower.get("class"), upper.get("class")) == ("part-1", "part-2")
    assert lower.get("d") == "M45.8 55.0h107.4v47.0h-107.4z"
    assert upper.get("d") == "M45.8 8.0h107.4v47.0h-107.4zM176.8 8.0h107.4v94.0h-107.4z"


def test_a_title_cannot_leave_its_element() -> None:
    assert texts(drawn(title="<script>&"), "title") == ["<script>&"]
