"""The operators' first page in Chromium: good to read, and renewed without a reader noticing."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from playwright.sync_api import Browser, expect

from operators.administration import create_operator
from testbed.servers import Server, serve
from tests.browser.conftest import Tab
from tests.conftest import Credentials
from tests.operators.overviews import age_of_newest_change, caller, polled
from wire.times import EARLIEST

pytestmark = pytest.mark.browser


@pytest.fixture
def operator(three_orders: Credentials) -> Credentials:
    """An operator, and callers: one that is behind, one with a misspelt grant."""
    ContentType.objects.clear_cache()
    age_of_newest_change(1)
    polled(caller("late"), EARLIEST)
    caller("typo", channels=["lazadath"])
    return Credentials("olga", create_operator(username="olga"))


@pytest.fixture(scope="module")
def operators(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("operators")
    with serve(folder, command="serve_operators", PUBLISHER_QUIET_SECONDS="600") as server:
        yield server


@pytest.fixture
def overview(browser: Browser, operators: Server, operator: Credentials) -> Callable[..., Tab]:
    """`overview(390, dark=True)`: a tab with the first page."""

    def opening(width: int = 1280, dark: bool = False) -> Tab:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light"
        )
        tab = Tab(context.new_page(), operators.url)
        page = tab.open("/login/")
        page.get_by_label("Username").fill(operator.username)
        page.get_by_label("Password").fill(operator.key)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(f"{operators.url}/")
        tab.complaints.clear()
        return tab

    return opening


def test_axe_finds_nothing_and_it_fits_the_screen(overview: Callable[..., Tab]) -> None:
    for width, dark in ((1280, False), (390, True), (390, False)):
        tab = overview(width, dark)
        tab.open("/")

        found = Axe().run(tab.page).response["violations"]

        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
        assert tab.overflow() == 0
        assert (tab.foreign, tab.complaints) == ([], [])
        expect(tab.page.get_by_role("img", name="Polls a minute, the last day")).to_be_visible()


def test_it_tells_news_and_keeps_scroll_focus_and_selection(overview: Callable[..., Tab]) -> None:
    page = overview(390).page
    page.clock.install()
    page.reload()
    link = page.get_by_role("link", name="Slowest follower")
    page.evaluate(
        "getSelection().selectAllChildren(document.querySelector('#neverPolled h2'));"
        "window.kept = document.querySelector('#figure-slowest a')"
    )
    link.focus()
    page.evaluate("scrollTo(0, 900)")
    before = page.evaluate("[scrollY, String(getSelection())]")

    with page.expect_response("**/overview/"):
        page.clock.run_for(5_000)
    expect(page.locator("#overview-trouble")).to_be_hidden()

    assert page.evaluate("[scrollY, String(getSelection())]") == before
    assert before == [900, "Grants that nobody has used"]
    assert page.evaluate("document.activeElement === window.kept")


def test_a_publisher_that_stops_turns_red_without_a_reload(overview: Callable[..., Tab]) -> None:
    page = overview().page
    figure = page.locator("#figure-publisher")
    expect(figure).to_contain_text("Alive")

    elsewhere(lambda: age_of_newest_change(601))

    expect(figure).to_contain_text("Quiet", timeout=8_000)
    expect(figure).to_have_class("figure figure-alarm")


def test_a_server_that_cannot_be_reached_is_said_and_so_is_a_session_that_ended(
    overview: Callable[..., Tab],
) -> None:
    page = overview().page
    page.clock.install()
    page.reload()
    trouble = page.get_by_role("status")
    page.route("**/overview/", lambda route: route.abort())
    page.clock.run_for(5_000)
    expect(trouble).to_contain_text("The server cannot be reached. What you see is of")
    page.unroute("**/overview/")
    page.clock.run_for(5_000)
    expect(trouble).to_be_hidden()
    page.context.clear_cookies()
    page.clock.run_for(5_000)

    expect(trouble).to_have_text("You are logged out. Load the page anew to log in.")


def test_a_hidden_tab_asks_nothing(overview: Callable[..., Tab]) -> None:
    page = overview().page
    page.clock.install()
    page.reload()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("Object.defineProperty(document, 'hidden', {get: () => window.away !== false})")
    page.clock.run_for(30_000)
    while_hidden = list(asked)
    with page.expect_request("**/overview/"):
        page.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")

    assert [url for url in while_hidden if not url.endswith("icon.svg")] == []


def test_without_script_the_page_comes_again_by_itself(
    browser: Browser, overview: Callable[..., Tab], operators: Server
) -> None:
    cookies = overview().page.context.cookies()
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(cookies)  # type: ignore[arg-type]  # what it gave, it takes
    page = context.new_page()
    page.goto(operators.url)

    assert page.locator("meta[http-equiv=refresh]").get_attribute("content") == "30"
    expect(page.locator("#figure-publisher")).to_contain_text("Alive")


def elsewhere(change: Callable[[], None]) -> None:
    """Change the database in another thread, because Django refuses that where an event loop runs."""

    def changing() -> None:
        change()
        connection.close()

    with ThreadPoolExecutor(1) as threads:
        threads.submit(changing).result()
