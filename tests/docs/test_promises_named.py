"""Each promise of docs/security.md names tests that there are."""

import re

from tests.docs.test_docs import ROOT, section


def named() -> list[str]:
    rows = re.findall(
        r"^\| .* \| (`tests/.*) \|$", section("docs/security.md", "What is promised"), re.MULTILINE
    )
    return [file for row in rows for file in re.findall(r"`([^`]+)`", row)]


def test_the_tests_that_are_named_exist() -> None:
    assert [file for file in named() if not (ROOT / file).is_file()] == []


def test_every_promise_names_a_test() -> None:
    table = section("docs/security.md", "What is promised")

    assert len(re.findall(r"^\| ", table, re.MULTILINE)) - 1 == len(re.findall(r"\| `tests/", table))
