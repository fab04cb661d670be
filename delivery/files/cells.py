"""Cells of CSV (RFC 4180): null is empty, an empty text is `""`. Pure functions."""

import re
from collections.abc import Callable

Cell = Callable[[str | None], str]
"""Makes the cell of a text, or of null."""

END = "\r\n"
_QUOTED = re.compile('[",\r\n]')
_FORMULA = re.compile(r"\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def plain(text: str | None) -> str:
    """The cell of a text as it is."""
    if text is None:
        return ""
    if _QUOTED.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text or '""'


def guarded(text: str | None) -> str:
    """The same, with `'` before what a spreadsheet would take for a formula (OWASP, "CSV Injection")."""
    return plain(f"'{text}" if text and _FORMULA.match(text) else text)
