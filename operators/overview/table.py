"""A table of the overview, and the links in its cells."""

from collections.abc import Sequence
from typing import NamedTuple

from django.urls import NoReverseMatch, reverse


class Cell(NamedTuple):
    """A text, and where it leads; `title` tells more precisely."""

    text: str
    url: str = ""
    title: str = ""


class Table(NamedTuple):
    """`key` is its anchor; `empty` is said where there is no row."""

    key: str
    title: str
    columns: tuple[str, ...]
    cells: Sequence[tuple[Cell, ...]]
    empty: str

    @property
    def rows(self) -> list[list[tuple[str, Cell]]]:
        """Each row, as cells with the names of their columns."""
        return [list(zip(self.columns, row, strict=True)) for row in self.cells]


def admin_url(name: str, *arguments: object) -> str:
    """A page of the admin; empty where it has no such page."""
    try:
        return reverse(f"admin:{name}", args=arguments)
    except NoReverseMatch:
        return ""
