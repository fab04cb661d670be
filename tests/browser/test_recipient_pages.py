"""The pages that mails link to, in a real browser: they stay here, fit a phone, and their buttons work."""

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from django.core import mail
from pytest_django import Settings

from delivery.mail.recipients import stop_token_of
from delivery.models import Recipient
from tests.browser.conftest import OpenTab
from tests.conftest import Credentials
from tests.delivery.mail import servers
from tests.delivery.mail.subscribers import agreed, links, mailed, mailer

pytestmark = pytest.mark.browser


@pytest.fixture
def paths(deliverable: None, caller: Credentials, settings: Settings) -> dict[str, str]:
    """The pages of one subscription that waits for its address, and of one whose address agreed."""
    servers.set_up(settings)
    mailed()
    mailer().round()
    found = links()
    second = mailed()
    agreed(second)
    token = stop_token_of(Recipient.objects.get(subscription=second))
    mail.outbox.clear()
    return found | {"stop": f"/subscriptions/stop/{token}", "unknown": "/subscriptions/confirm/none"}


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_a_button_is_pressed_and_the_page_says_what_came_of_it(
    paths: dict[str, str], request: pytest.FixtureRequest, width: int, dark: bool
) -> None:
    tab: OpenTab = request.getfixturevalue("tab")  # after the database was used: see `browser`
    said = {}
    for action in ("confirm", "stop", "never"):
        opened = tab(width, dark)
        page = opened.open(paths[action])
        before, overflow = page.locator("h1").inner_text(), opened.overflow()
        found = [violation["id"] for violation in Axe().run(page).response["violations"]]
        page.locator("main button").click()
        page.wait_for_load_state("networkidle")
        said[action] = before, page.locator("h1").inner_text()

        assert (action, overflow, opened.overflow(), opened.foreign) == (action, 0, 0, [])
        assert (action, found, opened.complaints) == (action, [], [])

    assert said == {
        "confirm": ("Is this right?", "Thank you, it is confirmed"),
        "stop": ("Stop these mails?", "They have stopped"),
        "never": ("Never hear from us again?", "You will not hear from us again"),
    }


def test_a_link_that_leads_nowhere_says_so(paths: dict[str, str], request: pytest.FixtureRequest) -> None:
    tab: OpenTab = request.getfixturevalue("tab")
    opened = tab(390)

    page = opened.open(paths["unknown"])

    assert page.locator("h1").inner_text() == "There is nothing behind this link"
    assert opened.overflow() == 0
