"""The operators' server in Chromium: an operator logs in and mends a grant, on a desk and on a phone."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from django.contrib.contenttypes.models import ContentType
from playwright.sync_api import Browser

from callers.administration import create_caller
from delivery.models import SubscriptionClock
from operators.administration import create_operator
from testbed.servers import Server, serve
from tests.browser.conftest import Tab
from tests.conftest import Credentials
from tests.operators.subscriptions import attempted, held, subscribed

pytestmark = pytest.mark.browser

PAGES = ["/", "/callers/caller/", "/callers/caller/create/", "/orders/salesorder/", "/orders/feedhead/"]
PAGES += ["/admin/logentry/", "/password_change/", "/delivery/subscription/"]
SCREENS = [(1280, False), (390, False), (390, True)]


@pytest.fixture
def operator(three_orders: Credentials) -> Credentials:
    """The operator, beside a caller whose grant is misspelt, and a subscription."""
    ContentType.objects.clear_cache()
    SubscriptionClock.objects.get_or_create(pk=1)
    row = subscribed()
    held(row)
    attempted(row, "REFUSED", status=500)
    create_caller(username="shop", channels=["lazada-ht"])
    return Credentials("olga", create_operator(username="olga"))


@pytest.fixture
def operators(operator: Credentials, tmp_path: Path) -> Iterator[Server]:
    with serve(tmp_path, command="serve_operators") as server:
        yield server


@pytest.fixture
def logged_in(browser: Browser, operators: Server, operator: Credentials) -> Callable[..., Tab]:
    """`logged_in(390, dark=True)`: a tab of the operator, who logs in on the first one."""
    cookies: list[Any] = []

    def opening(width: int, dark: bool) -> Tab:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light"
        )
        tab = Tab(context.new_page(), operators.url)
        if not cookies:
            page = tab.open("/")
            axe(tab, "login")
            page.get_by_label("Username").fill(operator.username)
            page.get_by_label("Password").fill(operator.key)
            page.get_by_role("button", name="Log in").click()
            page.wait_for_url(f"{operators.url}/")
            cookies.extend(context.cookies())
        context.add_cookies(cookies)
        return tab

    return opening


def axe(tab: Tab, path: str) -> None:
    """The page keeps its policy, has no fault that axe knows, and is not wider than the screen."""
    assert (path, tab.complaints, tab.foreign) == (path, [], [])
    found = Axe().run(tab.page).response["violations"]

    assert (path, [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]) == (path, [])
    assert (path, tab.overflow()) == (path, 0)
    tab.complaints.clear()  # axe puts styles into the page, which the policy refuses


def test_every_page_is_good_to_read_on_every_screen(logged_in: Callable[..., Tab]) -> None:
    for width, dark in SCREENS:
        tab = logged_in(width, dark)
        for path in PAGES:
            tab.open(path)
            axe(tab, path)
        tab.open("/nothing/")
        tab.complaints.clear()  # of its status
        axe(tab, "nothing")
        page = tab.open("/orders/salesorder/")
        page.get_by_role("link", name="O-1", exact=True).click()
        page.get_by_text("The stored document").wait_for()
        axe(tab, "order")
        page = tab.open("/delivery/subscription/")
        page.get_by_role("link", name=re.compile("^sub[0-9a-f]{16}$")).click()
        page.get_by_text("Delivering, but 1 order is held").wait_for()
        axe(tab, "subscription")
        page.get_by_role("link", name="Replay").click()
        axe(tab, "replay")
        tab.page.context.close()


def test_a_misspelt_grant_is_found_and_mended(logged_in: Callable[..., Tab]) -> None:
    tab = logged_in(390, dark=True)
    page = tab.open("/callers/caller/")
    page.get_by_role("link", name="shop", exact=True).click()
    page.get_by_text("nothing was ever published there").wait_for()
    axe(tab, "caller")
    page.get_by_role("link", name="Grant", exact=True).click()
    page.get_by_label("Channels").fill("lazada-th")
    axe(tab, "grant")
    page.get_by_role("button", name="Grant").click()
    page.get_by_role("link", name="Withdraw").click()
    page.get_by_label("channel lazada-ht").check()
    axe(tab, "withdraw")
    page.get_by_role("button", name="Withdraw").click()

    page.get_by_text("Withdrew channel lazada-ht.").wait_for()
    assert page.locator(".field-grants").get_by_text("channel lazada-th", exact=True).count() == 1
    assert page.get_by_text("nothing was ever published there").count() == 0
    page.get_by_role("link", name="History").click()
    page.get_by_text("Granted channel lazada-th.").wait_for()
    axe(tab, "history")
