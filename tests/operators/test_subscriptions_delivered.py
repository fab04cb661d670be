"""Operators and their server, a real `deliver` and real receivers: what is done in the admin is done."""

import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2
import pytest
from playwright.sync_api import Page, sync_playwright

from testbed.events import event, new_orders
from testbed.installation import Installation, Publisher, client_of, eventually, installed
from testbed.receivers import Answer, Received, Receiver, receiving
from testbed.servers import Server
from tests.browser.conftest import NAMES, Tab
from tests.promises.delivery.subscribers import GRANTS, SETTINGS, delivering, feed, subscribe

pytestmark = pytest.mark.slow

ORDERS = 150
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass
class Place:
    """A server for callers with a client, one for operators with the password of `olga`, and a publisher."""

    client: httpx2.Client
    operators: Server
    password: str
    publish: Publisher

    @contextmanager
    def logged_in(self) -> Iterator[httpx2.Client]:
        """A client with a session of olga's."""
        with httpx2.Client(base_url=self.operators.url, follow_redirects=True, timeout=20) as browser:
            post(browser, "/login/?next=/", {"username": "olga", "password": self.password})
            yield browser


def post(browser: httpx2.Client, path: str, form: dict[str, str]) -> str:
    """Send the form of a page, as a browser does; the page that answers."""
    (token, *_) = TOKEN.findall(browser.get(path).raise_for_status().text)
    headers = {"Origin": str(browser.base_url).rstrip("/")}
    answer = browser.post(path, data={**form, "csrfmiddlewaretoken": token}, headers=headers)
    return answer.raise_for_status().text


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with ExitStack() as stack:
        _, here = stack.enter_context(installed())
        there = Installation(here.variables | SETTINGS)
        credentials = there.create_caller("shop", grants=GRANTS)
        password = there.manage("create_operator", "olga").split()[-1]
        folders = [tmp_path_factory.mktemp(name) for name in ("server", "operators")]
        server = stack.enter_context(there.serve(folders[0]))
        operators = stack.enter_context(there.serve(folders[1], command="serve_operators"))
        publish = stack.enter_context(there.publisher())
        publish(*new_orders(ORDERS))
        stack.enter_context(delivering(there))
        client = stack.enter_context(client_of(server.url, credentials))
        yield Place(client, operators, password, publish)


def slowly(_: Received) -> Answer:
    time.sleep(0.05)
    return 200, {}


def page_of(browser: httpx2.Client, path: str) -> str:
    """The page of a subscription, found in the list by the end of its path."""
    public_id = path.rpartition("/")[2]
    text = browser.get("/delivery/subscription/", params={"q": public_id}).text
    (number,) = set(re.findall(r"/delivery/subscription/(\d+)/change/", text))
    return f"/delivery/subscription/{number}"


def seconds_until_next(receiver: Receiver, ask: Callable[[], object]) -> float:
    """From the answer to what is asked until the next order arrives; negative if that was before it."""
    before = len(receiver.received)
    ask()
    answered = time.time()
    assert eventually(lambda: len(receiver.received) > before)
    return receiver.received[before].time - answered


def test_what_an_operator_does_holds_a_second_later_and_loses_nothing(place: Place) -> None:
    with place.logged_in() as browser, receiving(slowly) as receiver:
        path = subscribe(place.client, receiver, webhook={"concurrency": 4})
        page = page_of(browser, path)
        assert eventually(lambda: len(receiver.received) > 20)
        post(browser, f"{page}/pause/", {})
        paused = time.time()
        time.sleep(2)
        last, before = max(received.time for received in receiver.received), len(receiver.received)
        resumed = seconds_until_next(receiver, lambda: post(browser, f"{page}/resume/", {}))
        assert eventually(lambda: receiver.accepted == feed(place.client))
        once = len(receiver.received)
        form = {"from_beginning": "on"}
        replayed = seconds_until_next(receiver, lambda: post(browser, f"{page}/replay/", form))
        assert eventually(lambda: len(receiver.received) == 2 * once)
        post(browser, f"{page}/resend/", {"order_id": "O-7"})
        assert eventually(lambda: receiver.orders()[2 * once :] == ["O-7"])
        place.client.delete(path)

    assert before < ORDERS == once
    assert last < paused + 1
    assert (resumed < 3, replayed < 3) == (True, True)


@pytest.fixture
def tab(place: Place) -> Iterator[Tab]:
    """A tab of Chromium's, in which olga has just logged in and sees the list of subscriptions."""
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    if executable is None:
        pytest.skip(f"There is no browser: none of {', '.join(NAMES)} is on PATH.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, chromium_sandbox=False)
        opened = Tab(chromium.new_page(viewport={"width": 1280, "height": 900}), place.operators.url)
        page = opened.open("/login/?next=/delivery/subscription/")
        page.get_by_label("Username").fill("olga")
        page.get_by_label("Password").fill(place.password)
        page.get_by_role("button", name="Log in").click()
        yield opened
        chromium.close()


@pytest.fixture
def broken(place: Place) -> Iterator[tuple[str, int]]:
    """The path of a subscription that is failing, beside two that are not, and the port that is closed."""
    with receiving() as well, receiving() as away:
        pass
    with receiving(port=urlsplit(well.url).port or 0):
        paths = [subscribe(place.client, receiver, start="now") for receiver in (well, away, well)]
        place.publish(event(orderId="B-1", eventId=f"b-{time.time()}"))
        assert eventually(lambda: place.client.get(paths[1]).json()["state"] == "FAILING")
        yield paths[1], urlsplit(away.url).port or 0
        for path in paths:
            place.client.delete(path)


def act(page: Page, action: str) -> str:
    """Do it on the page of a subscription; what is said of it."""
    page.get_by_role("link", name=action, exact=True).click()
    page.get_by_role("button", name=action, exact=True).click()
    return page.locator(".messagelist li").inner_text()


@pytest.mark.browser
def test_an_operator_finds_from_the_list_why_a_webhook_is_failing_and_mends_it(
    place: Place, broken: tuple[str, int], tab: Tab
) -> None:
    path, port = broken
    page = tab.page
    page.get_by_role("link", name="FAILING").click()
    page.get_by_role("link", name=path.rpartition("/")[2]).click()
    why, overflow = page.locator(".why").inner_text(), tab.overflow()
    tested = act(page, "Test")
    with receiving(port=port) as back:
        resumed = act(page, "Resume")
        assert eventually(lambda: back.orders() == ["B-1"])
        assert eventually(lambda: place.client.get(path).json()["behind"]["orders"] == 0)
    page.reload()

    assert re.fullmatch(
        r"Failing since \S+ \S+ UTC\. The last failure, order B-1 at \S+ \S+ UTC, was FAILED:"
        r" cannot connect: .*\. The next try is due at \S+ \S+ UTC\.",
        why,
    )
    assert re.fullmatch(r"The example was not delivered: cannot connect: .* \(\d+ ms\)\.", tested)
    assert resumed == "Resumed. It goes on where it stopped, and is tried at once."
    assert page.locator(".why").inner_text() == "Nothing fails."
    assert (tab.foreign, tab.complaints, overflow) == ([], [], 0)
