"""Whose word counts: of the Host header, only for our own names; of the X-Forwarded ones, only our proxy's.

Fails when `secure_scheme_headers` is taken out of gunicorn.conf.py, as gunicorn believes any client on its
own machine, and when `USE_X_FORWARDED_HOST` is simply True in the settings.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from testbed.events import new_orders
from testbed.feeds import EVERY_WIRE
from testbed.servers import Server, serve
from tests.conftest import Publish
from tests.promises.raw import Answer, exchange, request

pytestmark = pytest.mark.slow

FEEDS = [f"{feed}?pageSize=1" for feed in EVERY_WIRE]
FOREIGN = [
    *(
        "evil.test",
        "localhost.evil.test",
        "localhost@evil.test",
        "localhost:80@evil.test",
        "evil.test#localhost",
    ),
    *(
        "localhost:evil.test",
        "localhost/evil.test",
        "localhost evil.test",
        "localhost,evil.test",
        "[::evil.test",
    ),
    *(
        "evil.test?localhost",
        "xevil.test.example.test.evil.test",
        "http://localhost/evil.test",
        "127.0.0.1.evil.test",
    ),
]
CLAIMS = [
    "X-Forwarded-Host: shop.example.test",
    "X-Forwarded-Proto: https",
    "X-Forwarded-Protocol: ssl",
    "X-Forwarded-SSL: on",
    "X-Forwarded-Port: 8443",
    "Forwarded: host=shop.example.test;proto=https",
    "Script-Name: /evil.test",
    "SCRIPT_NAME: /v3",
    "X_Forwarded_Host: shop.example.test",
]
BY_HTTPS = "X-Forwarded-Proto: https"
HSTS = "max-age=31536000"


@pytest.fixture(scope="module")
def alone(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A production server that trusts no proxy."""
    with serve(tmp_path_factory.mktemp("server"), HTTPS="on", DEBUG="on") as running:
        yield running


@pytest.fixture(scope="module")
def behind(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A production server behind a proxy of ours."""
    with serve(tmp_path_factory.mktemp("server"), HTTPS="on", TRUST_PROXY="on", DEBUG="on") as running:
        yield running


def ask(server: Server, path: str, *fields: str, host: str = "localhost") -> Answer:
    """The one answer to a GET."""
    (answer,) = exchange(server, request(f"GET {path} HTTP/1.1", *fields, host=host))
    return answer


@pytest.mark.parametrize("path", FEEDS)
@pytest.mark.usefixtures("committed")
def test_no_link_is_made_from_a_foreign_host(server: Server, publish: Publish, token: str, path: str) -> None:
    publish(*new_orders(2))

    found = {host: ask(server, path, f"X-Subject-Token: {token}", host=host) for host in FOREIGN}

    assert {host: answer.status for host, answer in found.items()} == dict.fromkeys(FOREIGN, 400)
    assert all("json" in answer.headers["content-type"] for answer in found.values())
    assert "evil" not in repr([*found.values()])


@pytest.mark.parametrize("path", FEEDS)
@pytest.mark.usefixtures("committed")
def test_a_link_names_the_host_that_was_asked(
    server: Server, publish: Publish, token: str, path: str
) -> None:
    publish(*new_orders(2))
    hosts = ["localhost", "shop.example.test", "LOCALHOST:8080", "127.0.0.1:80"]

    found = [ask(server, path, f"X-Subject-Token: {token}", *CLAIMS, host=host) for host in hosts]

    for host, answer in zip(hosts, found, strict=True):
        link = answer.headers["link"]
        assert re.findall("<([^/]+//[^/]+)/", link) == [f"http://{host}"] * link.count("<")
        assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize("claim", ["", *CLAIMS])
def test_nobody_gets_by_without_https_by_saying_so(alone: Server, claim: str) -> None:
    found = ask(alone, "/docs?a=b", *filter(None, [claim]))

    assert (found.status, found.headers["location"]) == (301, "https://localhost/docs?a=b")


@pytest.mark.usefixtures("committed")
def test_behind_our_proxy_its_word_counts(behind: Server, publish: Publish, token: str) -> None:
    publish(*new_orders(2))
    mine = f"X-Subject-Token: {token}"

    found = ask(behind, FEEDS[0], mine, BY_HTTPS, "X-Forwarded-Host: shop.example.test")
    plain = ask(behind, FEEDS[0], mine, "X-Forwarded-Proto: http")
    foreign = ask(behind, FEEDS[0], mine, BY_HTTPS, "X-Forwarded-Host: evil.test")

    assert found.headers["link"].startswith("<https://shop.example.test/v3/channel/")
    assert found.headers["strict-transport-security"] == HSTS
    assert (plain.status, plain.headers["location"]) == (301, f"https://localhost{FEEDS[0]}")
    assert (foreign.status, "evil" in repr(foreign)) == (400, False)


@pytest.mark.parametrize("path", ["/", "/docs", "/nope", "/static/nope", "/healthz", FEEDS[0], FEEDS[1]])
def test_every_answer_by_https_asks_for_no_other(behind: Server, path: str) -> None:
    assert ask(behind, path, BY_HTTPS).headers["strict-transport-security"] == HSTS


def test_subdomains_and_preloading_are_spoken_for_when_told(tmp_path: Path) -> None:
    with serve(tmp_path, HTTPS="on", TRUST_PROXY="on", HSTS_SUBDOMAINS="on", HSTS_PRELOAD="on") as running:
        found = ask(running, "/healthz", BY_HTTPS).headers["strict-transport-security"]

    assert found == f"{HSTS}; includeSubDomains; preload"


@pytest.mark.parametrize(
    ("path", "host"), [("/nope", "localhost"), ("/", "evil.test"), ("/v3/", "localhost")]
)
def test_no_debug_mode_can_be_switched_on(behind: Server, path: str, host: str) -> None:
    found = ask(behind, path, BY_HTTPS, host=host)

    assert found.headers["content-type"] == "application/problem+json"
    assert not [word for word in ("Traceback", "DEBUG", "urlpatterns", "<") if word in found.body.decode()]
