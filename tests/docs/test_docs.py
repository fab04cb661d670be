"""The docs name what there is, and nothing that there is not."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from acommerce_status.problem_texts import PROBLEMS
from delivery.mail.letters import REASONS
from delivery.mail.notices import REASONS_WITHOUT_NOTICE
from delivery.registration.lists import OUTCOMES
from delivery.registration.representation import STATES
from orders.polling.parameters import OrderIdsParameters
from orders.v2.parameters import LegacyFeedParameters
from orders.v3.parameters import FeedParameters

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
ROOMS = ("acommerce_status", "operators", "demo", "delivery", "orders", "callers")
HEADERS = {  # contract, section 5; the last two are section 1's and 2's
    *("ETag", "Cache-Control", "Vary", "Link", "Deprecation", "Sunset", "RateLimit-Policy", "RateLimit"),
    *("Retry-After", "X-Request-ID", "Content-Encoding", "WWW-Authenticate", "Allow"),
}


def read(page: str) -> str:
    """The text of a page, by its path from the root."""
    return (ROOT / page).read_text()


def section(page: str, heading: str) -> str:
    """The text below `## heading`."""
    match = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", read(page), re.DOTALL | re.MULTILINE)
    assert match, f"{page} has no section {heading}"
    return match[1]


def first_column(page: str, heading: str, column: int = 1) -> set[str]:
    """The words in backticks that rows of the tables of a section hold in a column."""
    rows = [line.split(" | ") for line in section(page, heading).splitlines() if line.startswith("| ")]
    return {code.split()[0] for row in rows for code in re.findall(r"`([^`]+)`", row[column - 1])}


def names_read_from_the_environment() -> set[str]:
    """By the one file that may read it."""
    readers = r"""(?:environment\.\w+|_postgresql|environ\.get)\(\s*"([A-Z][A-Z0-9_]+)\""""
    required = r'^    "([A-Z_]+)": '
    text = read("acommerce_status/settings.py")
    return {*re.findall(readers, text), *re.findall(required, text.split("}")[0], re.MULTILINE)}


def test_the_table_of_settings_names_what_is_read_from_the_environment() -> None:
    assert first_column("docs/running.md", "Settings") == names_read_from_the_environment()


def test_the_bounds_of_numbers_and_their_defaults_are_those_of_the_code() -> None:
    call = r"""environment\.whole\("(\w+)", ([\d_]+), ([\d_]+), ([\d_]+)\)"""
    shown = section("docs/running.md", "Settings")
    calls = re.findall(call, read("acommerce_status/settings.py"))

    assert len(calls) > 3
    for name, *numbers in calls:
        default, least, most = (number.replace("_", "") for number in numbers)
        assert f"\n| `{name}` | {default} | {least} to {most}" in shown


def test_the_table_of_commands_names_every_command() -> None:
    ours = {name for name, room in get_commands().items() if room in ROOMS}

    assert first_column("docs/running.md", "Commands") == ours


def test_the_table_of_parameters_names_every_parameter_of_v3() -> None:
    declared = {*FeedParameters.base_filters, *OrderIdsParameters.base_filters}

    assert first_column("docs/polling.md", "Parameters") == declared


def test_v2s_own_parameters_are_named() -> None:
    v2 = LegacyFeedParameters.base_filters.keys() - FeedParameters.base_filters.keys()

    assert v2
    assert all(f"`{name}`" in section("docs/polling.md", "Parameters") for name in v2)


def test_the_table_of_headers_names_every_header_of_the_contract() -> None:
    assert first_column("docs/polling.md", "Headers") == HEADERS


def test_the_table_of_errors_names_every_problem() -> None:
    codes = {problem.code for problem in PROBLEMS}

    assert first_column("docs/polling.md", "Errors", column=2) == codes


def test_the_table_of_states_names_every_state_and_reason() -> None:
    heading = "What a subscription says of itself"
    reasons = {*REASONS, *REASONS_WITHOUT_NOTICE}

    assert first_column("docs/webhooks.md", heading) == {"state", *STATES, "outcome", *OUTCOMES}
    assert all(f"| `{reason}` | " in section("docs/webhooks.md", heading) for reason in reasons)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)]+)\)", page.read_text())
    broken = [link for link in links if not leads_somewhere(page, link)]

    assert broken == []


def leads_somewhere(page: Path, link: str) -> bool:
    """Whether a relative link leads to a file, and to a heading of it if it names one."""
    if re.match(r"https?:", link):
        return True
    path, _, anchor = link.partition("#")
    target = (page.parent / path) if path else page
    if not target.exists():
        return False
    headings = re.findall(r"^#+ (.*)$", target.read_text(), re.MULTILINE) if anchor else []
    return not anchor or anchor in [anchor_of(heading) for heading in headings]


def anchor_of(heading: str) -> str:
    """What a heading is called in a link, as GitHub does it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_commands_of_make_are_targets(page: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z]+)\b(?=[ `\n]*(?:#|`|$|and|;|,))", read(page), re.MULTILINE))

    assert named
    assert named <= targets


def test_the_files_that_contributing_names_exist() -> None:
    named = set(re.findall(r"`([\w./]+/[\w./]*|[\w]+\.\w+)`", read("CONTRIBUTING.md")))
    paths = {path for path in named if not path.startswith("...")}

    assert len(paths) > 20
    assert {path for path in paths if not (ROOT / path).exists()} == set()


def test_the_index_leads_to_every_page() -> None:
    index = ROOT / "docs" / "index.md"
    links = re.findall(r"\]\(([^)#]+)", index.read_text())
    linked = {(index.parent / link).resolve() for link in links}

    assert linked >= {page.resolve() for page in PAGES if page.is_relative_to(ROOT / "docs")} - {index}


def test_nothing_speaks_of_where_it_was_written() -> None:
    place = re.compile(r"(?:^|\s)/(?:work|root|home|tmp)/\S*")
    places = [f"{page.name}: {found}" for page in PAGES for found in place.findall(page.read_text())]

    assert places == []
