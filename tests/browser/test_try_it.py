"""Swagger UI, used as a newcomer uses it."""

import json
from typing import Any

import pytest
from playwright.sync_api import Locator, Page

from tests.browser.conftest import OpenTab, Tab
from tests.conftest import Credentials

pytestmark = pytest.mark.browser


def unfold(page: Page, operation: str) -> Locator:
    """The operation, opened."""
    block = page.locator(f"[id='operations-{operation}']")
    block.locator(".opblock-summary-control").click()
    block.get_by_role("button", name="Execute").wait_for()
    return block


def execute(block: Locator) -> Any:
    """The body of the real answer, once it is there."""
    block.get_by_role("button", name="Execute").click()
    answer = block.locator(".live-responses-table .response .microlight").first
    answer.wait_for()
    return json.loads(answer.inner_text())


def log_in(page: Page, caller: Credentials) -> str:
    """Get a token on the page and authorise with it."""
    block = unfold(page, "Identity-createToken")
    credentials = {"username": caller.username, "apiKey": caller.key}
    block.locator("textarea").fill(json.dumps({"auth": {"apiKeyCredentials": credentials}}))
    token: str = execute(block)["token"]["token_id"]
    page.locator(".scheme-container .authorize").click()
    dialogue = page.locator(".modal-ux .auth-container").filter(has_text="X-Subject-Token")
    dialogue.locator("input").fill(token)
    dialogue.get_by_role("button", name="Apply credentials").click()
    page.locator(".modal-ux .btn-done").first.click()
    return token


def poll(page: Page) -> Any:
    """The channel's orders, as the page shows them."""
    block = unfold(page, "Feed-pollChannel")
    block.locator("[data-param-name=channelId] input").fill("lazada-th")
    return execute(block)


def assert_clean(tab: Tab) -> None:
    """Nothing came from elsewhere, nothing was complained of, nothing is out of sight."""
    assert (tab.foreign, tab.complaints, tab.overflow()) == ([], [], 0)


@pytest.mark.parametrize("width", [1280, 360])
def test_a_newcomer_gets_a_token_and_sees_a_page(three_orders: Credentials, tab: OpenTab, width: int) -> None:
    opened = tab(width)
    page = opened.open("/docs")

    log_in(page, three_orders)
    body = poll(page)

    assert [order["orderId"] for order in body["orders"]] == ["O-1", "O-2", "O-3"]
    assert body["hasMore"] is False
    assert_clean(opened)


def test_the_other_version_is_tried_with_the_same_token(three_orders: Credentials, tab: OpenTab) -> None:
    opened = tab()
    page = opened.open("/docs")
    log_in(page, three_orders)

    page.get_by_role("button", name="Version 2 (deprecated)").click()
    page.get_by_text("/v2/channel/{channelId}/sales-order-status", exact=True).wait_for()
    body = poll(page)

    assert [order["orderId"] for order in body] == ["O-1", "O-2", "O-3"]
    assert "/docs?version=v2" in page.url
    assert_clean(opened)


def test_the_address_chooses_the_version(tab: OpenTab) -> None:
    page = tab().open("/docs?version=v2")

    page.locator(".opblock-deprecated").first.wait_for()

    assert page.locator(".info h1").inner_text().startswith("Order status, version 2")
    assert page.locator(".opblock").count() == 5
    assert page.locator(".opblock-deprecated").count() == 4


def test_without_a_token_the_page_shows_the_problem(tab: OpenTab) -> None:
    page = tab().open("/docs")

    body = poll(page)

    assert (body["status"], body["code"]) == (401, "UNAUTHENTICATED")
