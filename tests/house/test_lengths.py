"""Files and functions are short; what is not is named here, with its reason. Not for migrations and tests."""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

ROOT: Path = settings.BASE_DIR
ELSEWHERE = {".venv", "var", "tests"}
MAX_FILE_LINES = 150
MAX_FUNCTION_LINES = 25
"""Of a function's body, without its docstring."""

LONG_FILES = {
    "acommerce_status/settings.py": "the one file that reads the environment, so all settings are in it",
}
LONG_FUNCTIONS = {
    "stores/databases.py postgresql": "one literal: all that Django and libpq are told of a database",
}


def sources() -> dict[str, str]:
    """The text of every file of ours, by its path from the root."""
    rooms = [room for room in ROOT.iterdir() if room.is_dir() and room.name not in ELSEWHERE]
    files = [file for room in rooms for file in room.rglob("*.py") if "migrations" not in file.parts]
    return {file.relative_to(ROOT).as_posix(): file.read_text() for file in files}


def functions(sources: dict[str, str]) -> Iterator[tuple[str, int]]:
    """Every function: its file and name, and how many lines its body has."""
    for path, text in sources.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path} {node.name}", body_lines(node)


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = function.body if ast.get_docstring(function) is None else function.body[1:]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_a_file_has_at_most_150_lines() -> None:
    long = {path for path, text in sources().items() if len(text.splitlines()) > MAX_FILE_LINES}

    assert long == LONG_FILES.keys()


def test_a_function_has_at_most_25_lines() -> None:
    long = {name for name, lines in functions(sources()) if lines > MAX_FUNCTION_LINES}

    assert long == LONG_FUNCTIONS.keys()


def test_lines_are_counted_without_a_docstring_and_with_what_lies_inside() -> None:
    text = 'def outer():\n    """One.\n\n    Two."""\n    def inner():\n        pass\n    return inner\n'

    assert dict(functions({"a.py": text})) == {"a.py outer": 3, "a.py inner": 1}
