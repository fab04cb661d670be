"""The log of a real server, granian's lines included, at its most talkative.

Fails when acommerce_status.access_log logs paths, methods or any sane request id, and when
acommerce_status.front logs what it refuses.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from callers.administration import create_caller
from callers.keys import digest
from testbed.events import event
from testbed.feeds import EVERY_WIRE
from testbed.servers import Server, serve
from tests.conftest import Credentials, Publish
from tests.promises.raw import exchange, request

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed")]

FEEDS = EVERY_WIRE
WRONG = "wr0ng" * 8


@pytest.fixture(params=["text", "json"])
def talkative(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """A server that logs all that it can."""
    with serve(tmp_path, LOG_LEVEL="DEBUG", CALLER_RATE="30/d", LOG_FORMAT=request.param) as running:
        yield running


def identify(api: httpx2.Client, username: str, key: str) -> httpx2.Response:
    credentials = {"apiKeyCredentials": {"username": username, "apiKey": key}}
    return api.post("/identity/token", json={"auth": credentials})


def test_no_key_and_no_token_gets_into_the_log(talkative: Server, caller: Credentials) -> None:
    with httpx2.Client(base_url=talkative.url, timeout=20) as api:
        token = identify(api, caller.username, caller.key).json()["token"]["token_id"]
        identify(api, caller.username, WRONG)
        api.post("/identity/token", content=f'{{"auth": "{caller.key}"')
        statuses = set()
        for secret in (token, caller.key, WRONG):
            for headers in ({"X-Subject-Token": secret}, {"Authorization": f"Bearer {secret}"}):
                for path in [*FEEDS, f"{FEEDS[0]}?token={secret}", f"{FEEDS[0]}/id?id={secret}", "/nope"]:
                    statuses.add(api.get(path, headers=headers).status_code)
            statuses |= {api.get(path).status_code for path in (f"/identity/token/{secret}", f"/{secret}")}
            statuses.add(api.get(FEEDS[0].replace("lazada-th", secret), headers=headers).status_code)
            statuses.add(api.request(secret, FEEDS[0], headers=headers).status_code)
        for secret in (token, caller.key):
            ids = {"X-Request-ID": secret, "X-Subject-Token": secret}
            statuses.add(api.get(FEEDS[0], headers=ids).status_code)
        statuses |= {api.get(FEEDS[0], headers={"X-Subject-Token": token}).status_code for _ in range(40)}
    for secret in (token, caller.key):
        exchange(talkative, request(f"GET /nope?{secret} HTTP/1.1", f"X-Subject-Token {secret}"))
        exchange(talkative, request(f"GET /nope?{secret} HTTP/1.1", f"X_Subject_Token: {secret}"))
        exchange(talkative, request(f"get /nope?{secret} HTTP/1.1", f"X-Subject-Token: {secret}"))
        exchange(talkative, request(f"GET /nope?{secret} HTTP/1.1", f"X-Long: {secret * 300}"))
        exchange(talkative, request(f"GET /nope?{secret} HTTP/1.1", f"X-Subject-Token: {secret}\0"))
        exchange(talkative, request(f"{secret} /nope HTTP/1.1"))
        exchange(talkative, request(f"GET /no pe?{secret} HTTP/1.1", f"X-Subject-Token : {secret}"))

    log = talkative.log.read_text()
    secrets = [token, caller.key, WRONG]
    assert statuses | {405} == {200, 400, 401, 403, 404, 405, 429}  # 405, or 400, for a strange method
    assert log.count("refused: ") >= 6
    assert [found for found in [*secrets, *(digest(each).hex() for each in secrets)] if found in log] == []


def test_what_is_there_is_logged_like_what_is_not(
    talkative: Server, caller: Credentials, publish: Publish
) -> None:
    publish(event(orderId="order-there", channelId="chann-there", partnerId="there"))
    create_caller(username="calle-there", channels=["chann-there"])
    with httpx2.Client(base_url=talkative.url, timeout=20) as api:
        token = identify(api, caller.username, caller.key).json()["token"]["token_id"]
        api.headers["X-Subject-Token"] = token
        there, never = (logged(talkative, api, word) for word in ("there", "never"))

    assert len(re.findall('INFO access|"logger": "access"', there)) == 4
    assert there == never.replace("never", "there")


def logged(server: Server, api: httpx2.Client, word: str) -> str:
    """The lines for requests that name things by `word`, without times, and without ids that were made up."""
    before = len(server.log.read_text())
    identify(api, f"calle-{word}", WRONG)
    api.get(f"/v3/channel/chann-{word}/sales-order-status")
    api.get(f"/v2/partner/{word}/sales-order-status")
    api.get(f"{FEEDS[0]}/id?id=order-{word}")
    made = r"(?m)^[0-9]\S+ \S+ |[0-9.]+ms |[0-9a-f]{32}" + r'|"time": "\S+"|"milliseconds": [0-9.]+'
    return re.sub(made, "", server.log.read_text()[before:])
