"""Every page in a real browser: it loads nothing from elsewhere, complains of nothing, fits a phone."""

import pytest

from acommerce_status.guides import PAGES as GUIDES
from tests.browser.conftest import OpenTab

pytestmark = pytest.mark.browser

PAGES = [
    "/",
    "/docs",
    "/docs?version=v2",
    "/docs?version=subscriptions",
    "/redoc",
    "/redoc?version=v2",
    "/docs/problems",
    "/docs/v2-to-v3",
    "/redoc?version=subscriptions",
    *GUIDES.values(),
]


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
def test_pages_stay_on_this_server_and_fit_the_screen(tab: OpenTab, width: int, dark: bool) -> None:
    for path in PAGES:
        opened = tab(width, dark)
        page = opened.open(path)
        page.locator("h1").first.wait_for()

        assert (path, opened.foreign, opened.complaints) == (path, [], [])
        assert (path, opened.overflow()) == (path, 0)


def test_the_policy_refuses_what_comes_from_elsewhere(tab: OpenTab) -> None:
    opened = tab()
    page = opened.open("/docs")

    page.evaluate("new Image().src = 'https://example.com/pixel.png'")
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {text: 'stolen = 1'}))"
    )
    expected = {"refused img-src https://example.com/pixel.png", "refused script-src-elem inline"}
    for _ in range(50):
        if expected <= set(opened.complaints):
            break
        page.wait_for_timeout(100)

    assert expected <= set(opened.complaints)
    assert page.evaluate("typeof stolen") == "undefined"


def test_no_address_makes_a_page_show_a_foreign_document(tab: OpenTab) -> None:
    names = ["url", "urls", "configUrl", "spec", "spec-url", "oauth2RedirectUrl"]
    query = "&".join(f"{name}=https://example.com/evil.json" for name in names)
    for path in ("/docs", "/redoc"):
        opened = tab()
        opened.open(f"{path}?{query}").get_by_text("Order status, version 3").first.wait_for()

        assert (path, opened.foreign, opened.complaints) == (path, [], [])


def test_the_links_of_the_first_page_lead_on(tab: OpenTab) -> None:
    opened = tab()
    page = opened.open("/")
    headings = {}

    for name in ["Poll", "Be told", "Get files", "Try it", "Reference", "From v2 to v3", "Problems"]:
        page.locator("main .card").filter(has=page.locator(f"strong:text-is('{name}')")).click()
        page.locator("h1").first.wait_for()
        headings[name] = page.locator("h1").first.inner_text()
        page.go_back()

    assert headings == {
        "Poll": "Polling the feed",
        "Be told": "Webhooks",
        "Get files": "Files",
        "Try it": "Try it",
        "Reference": "Order status, version 3 (3.0.0)",
        "From v2 to v3": "From version 2 to version 3",
        "Problems": "Problems",
    }
    assert opened.complaints == []


def test_the_link_to_the_loop_finds_it_in_redoc(tab: OpenTab) -> None:
    page = tab().open("/")

    page.get_by_role("link", name="Why that is so").click()
    page.locator('[id="section/The-loop"]').first.wait_for()

    assert page.locator('[id="section/The-loop"] h2').inner_text() == "The loop"


@pytest.mark.parametrize(("path", "version"), [("/redoc", 3), ("/redoc?version=v2", 2)])
def test_redoc_shows_the_document(tab: OpenTab, path: str, version: int) -> None:
    page = tab().open(path)

    page.locator("h1").first.wait_for()

    shown = page.locator(".api-content").inner_text()
    assert f"Order status, version {version}" in shown
    assert "Poll the orders of a channel" in shown
    assert "Trade an API key for a token" in shown
    assert page.locator('.versions [aria-current="true"]').inner_text().startswith(f"Version {version}")


def test_redoc_can_be_searched(tab: OpenTab) -> None:
    opened = tab()
    page = opened.open("/redoc")

    page.get_by_placeholder("Search...").fill("deletions")
    page.locator('[data-role="search:results"]').wait_for()

    assert "Corrections and deletions" in page.locator('[data-role="search:results"]').inner_text()
    assert opened.complaints == []
