"""A page in gzip, joined from fragments, as a real browser reads it."""

import urllib.request

import pytest

from testbed.feeds import FEED
from testbed.servers import Server
from tests.browser.conftest import OpenTab
from tests.conftest import Credentials

pytestmark = pytest.mark.browser

READ = """
async ([feed, username, apiKey]) => {
    const body = JSON.stringify({auth: {apiKeyCredentials: {username, apiKey}}});
    const token = (await (await fetch("/identity/token", {method: "POST", body})).json()).token.token_id;
    const answer = await fetch(feed, {headers: {"X-Subject-Token": token}});
    return [token, answer.headers.get("Content-Encoding"), await answer.text()];
}
"""


def test_chromium_reads_a_joined_page(three_orders: Credentials, tab: OpenTab, server: Server) -> None:
    opened = tab()
    arguments = [FEED, three_orders.username, three_orders.key]

    token, encoding, text = opened.open("/docs").evaluate(READ, arguments)

    request = urllib.request.Request(server.url + FEED, headers={"X-Subject-Token": token})
    with urllib.request.urlopen(request, timeout=10) as plain:
        assert "Content-Encoding" not in plain.headers
        assert (encoding, text) == ("gzip", plain.read().decode())
    assert text.count('"orderId"') == 3
    assert (opened.foreign, opened.complaints) == ([], [])
