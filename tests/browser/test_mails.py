"""The HTML of mails in a real browser: it loads nothing, fits a phone, and is as readable in the dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from django.template.loader import render_to_string
from playwright.sync_api import Browser

from delivery.mail.transport import context_of
from tests.delivery.mail.test_messages import FACTS, STOP, file

pytestmark = pytest.mark.browser

SAID = {"subject": "37 orders changed", "stop_link": STOP}
NAMES = {"kind": "channel", "identifier": "lazada-th", "username": "erp", "is_contact": False}
LINKS = {"confirm_link": STOP, "never_link": STOP}
FAILING = {
    "name": "ERP Bangkok",
    "public_id": "sub5f2b6c0d9a7e4f31",
    "scope": "channel lazada-th",
    "mechanism": "webhook",
    "host": "a-rather-long-name-of-a-receiver.shop.example",
    "since": "22 November 2026, 08:00 (UTC)",
    "detail": "cannot connect: Connection refused",
}


@pytest.mark.parametrize(("width", "dark"), [(760, False), (390, True)])
def test_a_mail_is_read_on_any_screen(browser: Browser, width: int, dark: bool) -> None:
    bodies = {
        "batch": context_of(FACTS, file()),
        "confirm": NAMES | LINKS,
        "notice": {"kind": "FAILING_1_HOUR", "told": "delivery fails", "subscriptions": [FAILING, FAILING]},
        "test": {"place": "channel lazada-th"},
    }
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light"
    )
    asked: list[str] = []
    for template, body in bodies.items():
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.set_content(render_to_string(f"delivery/mail/{template}.html", SAID | body))
        size = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        found = [one["id"] for one in Axe().run(page).response["violations"] if one["impact"] != "moderate"]

        assert (template, size[0], found) == (template, size[1], [])
    assert asked == []
