"""A real Chromium, and tabs that notice what a page must not do."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, Response, sync_playwright

from testbed.events import new_orders
from testbed.servers import Server
from tests.conftest import Credentials, Publish

NAMES = ("chromium", "chromium-browser", "google-chrome")

TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation",
    (event) => console.error(`refused ${event.effectiveDirective} ${event.blockedURI}`));
"""


@dataclass
class Tab:
    """A page of the browser, and what happened in it: requests to other hosts, complaints of any kind."""

    page: Page
    server: str
    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", self._requested)
        self.page.on("response", self._answered)
        self.page.on("console", self._said)
        self.page.on("pageerror", self._failed)
        self.page.add_init_script(TELL_VIOLATIONS)

    def open(self, path: str) -> Page:
        """The page at `path`, once all that it loads is there."""
        self.page.goto(self.server + path, wait_until="networkidle")
        return self.page

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        return int(
            self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        )

    def _requested(self, request: Request) -> None:
        if request.url.startswith(("http:", "https:")) and not request.url.startswith(f"{self.server}/"):
            self.foreign.append(request.url)

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status} {response.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _failed(self, error: Error) -> None:
        self.complaints.append(str(error))


OpenTab = Callable[..., Tab]


@pytest.fixture
def three_orders(committed: None, publish: Publish, caller: Credentials) -> Credentials:
    """The caller of three orders, that another process sees as well."""
    publish(*new_orders(3))
    return caller


@pytest.fixture
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """Chromium, headless. It ends before the database is used again: its thread runs an event loop."""
    for name in {"three_orders", "operator"}.intersection(request.fixturenames):
        request.getfixturevalue(name)
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    if executable is None:
        pytest.skip(f"There is no browser: none of {', '.join(NAMES)} is on PATH.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, chromium_sandbox=False)
        yield chromium
        chromium.close()


@pytest.fixture
def tab(browser: Browser, server: Server) -> OpenTab:
    """`tab(width=360)`: a new tab on a reader's screen."""

    def opening(width: int = 1280, dark: bool = False) -> Tab:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light"
        )
        return Tab(context.new_page(), server.url)

    return opening
