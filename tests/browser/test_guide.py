"""Guides in Chromium: programs are tabs that keys and clicks choose, and can be copied."""

from typing import Any

import pytest
from playwright.sync_api import Page

from acommerce_status.guides import DOCS, PAGES
from testbed.servers import Server
from tests.browser.conftest import OpenTab

pytestmark = pytest.mark.browser


WITH_PROGRAMS = [page for file, page in PAGES.items() if "### Python" in (DOCS / file).read_text()]


@pytest.fixture(params=WITH_PROGRAMS)
def path(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def guide(tab: OpenTab, path: str) -> Page:
    return tab().open(path)


def shown(guide: Page) -> list[Any]:
    """The languages whose program is shown."""
    return list(
        guide.eval_on_selector_all(
            ".program", "panels => panels.filter(panel => !panel.hidden).map(panel => panel.dataset.language)"
        )
    )


def test_a_click_or_an_arrow_chooses_the_language(guide: Page) -> None:
    languages = guide.get_by_role("tab").all_inner_texts()
    chosen = [shown(guide)]
    guide.get_by_role("tab", name=languages[-1]).click()
    chosen.append(shown(guide))
    for key in ("ArrowLeft", "ArrowRight", "ArrowRight"):
        guide.keyboard.press(key)
        chosen.append(shown(guide))

    assert chosen == [[languages[place]] for place in (0, -1, -2, -1, 0)]


def test_a_program_is_copied_whole(guide: Page) -> None:
    guide.context.grant_permissions(["clipboard-read", "clipboard-write"])
    panel = guide.locator(".program:not([hidden])")

    panel.get_by_role("button", name="Copy").first.click()

    panel.get_by_role("button", name="Copied").wait_for()
    assert guide.evaluate("navigator.clipboard.readText()") == panel.locator("pre").first.text_content()


def test_a_link_to_a_language_shows_its_program(tab: OpenTab, path: str) -> None:
    page = tab().open(f"{path}#shell")

    assert shown(page) == ["Shell"]


def test_without_scripts_every_program_is_there(guide: Page, server: Server, path: str) -> None:
    assert guide.context.browser
    context = guide.context.browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(f"{server.url}{path}")

    assert plain.locator(".program:visible").count() == guide.get_by_role("tab").count() >= 2
    assert plain.locator(".program pre:visible").count() == guide.locator(".program pre").count()
    context.close()
