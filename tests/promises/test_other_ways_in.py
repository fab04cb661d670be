"""Ways in that are none: a token by another road, a name spelt otherwise, a guessed tag, a debug page.

Fails when callers.permissions.GrantedScope.has_permission is `return True`, and when a Scope's identifier is
made lower case, or stripped, before the grants are looked through.
"""

from itertools import product

import pytest
from django.test import Client

from callers.administration import create_caller
from testbed.events import event
from testbed.tokens import issue_token
from tests.conftest import Credentials, Publish

pytestmark = [pytest.mark.wire, pytest.mark.django_db]

FEEDS = [f"{prefix}/channel/%s/sales-order-status" for prefix in ("/v3", "/v2", "")]
MISSPELT = [
    *("lazada-th%20", "%20lazada-th", "LAZADA-TH", "Lazada-th", "lazada-th%00", "lazada-th%0a", "lazada-th."),
    *("lazada-th%09", "%EF%BD%8Cazada-th", "lazada%E2%80%91th", "lazada-th%CC%81", "lazada-th%E2%80%8B"),
    *("%ED%A0%80", "%FF", "lazada-th;v=1", "lazada-th%3Fa", "lazada-th%23a", "lazada_th", "lazada-t_", "%25"),
    *("*", "lazada-th,other", "lazada-th'%20OR%20'1'='1", "%252e", "lazada%252Dth", "ร้าน", "x" * 3000),
]
OF_ANOTHER_PATH = [
    "lazada-th%2F",
    "lazada-th%2Fother",
    "..%2Flazada-th",
    "other/../lazada-th",
    "",
    "./lazada-th",
]
DEBUG_PATHS = [
    *(
        "/metrics",
        "/admin",
        "/admin/",
        "/admin/login/",
        "/__debug__/",
        "/debug",
        "/silk/",
        "/api-auth/login/",
    ),
    *(
        "/.env",
        "/.git/config",
        "/settings",
        "/v3/",
        "/v3",
        "/schema",
        "/schema/",
        "/static/",
        "/media/",
        "/i18n/",
    ),
]


@pytest.mark.parametrize("feed", FEEDS)
def test_a_token_is_taken_from_two_headers_and_from_nowhere_else(
    anyone: Client, token: str, feed: str
) -> None:
    path = feed % "lazada-th"
    names = ["token", "token_id", "access_token", "X-Subject-Token", "x_subject_token", "Authorization"]
    by_query = [anyone.get(path, {name: token}).status_code for name in names]
    by_header = [
        anyone.get(path, headers={name: token}).status_code
        for name in ("Cookie", "X-Auth-Token", "Proxy-Authorization", "X-Api-Key", "X-Forwarded-User")
    ]
    anyone.cookies["X-Subject-Token"] = anyone.cookies["token"] = token
    by_cookie = anyone.get(path).status_code

    assert {*by_query, *by_header, by_cookie} == {401}


@pytest.mark.parametrize(("feed", "name"), [*product(FEEDS, MISSPELT)])
def test_a_name_that_is_nearly_the_granted_one_is_another(api: Client, feed: str, name: str) -> None:
    assert api.get(feed % name).status_code == 403


@pytest.mark.parametrize(("feed", "name"), [*product(FEEDS, OF_ANOTHER_PATH)])
def test_a_name_with_a_slash_is_another_path(api: Client, feed: str, name: str) -> None:
    assert api.get(feed % name).status_code == 404


@pytest.mark.parametrize("feed", FEEDS)
def test_a_tag_of_what_is_not_granted_gives_nothing_away(
    anyone: Client, api: Client, publish: Publish, feed: str
) -> None:
    publish(event(channelId="other"))
    key = create_caller(username="rival", channels=["other"])
    rival = {"X-Subject-Token": issue_token(username="rival", key=key)[0]}
    tag = anyone.get(feed % "other", headers=rival)["ETag"]

    found = [
        client.get(feed % "other", headers={"If-None-Match": given}).status_code
        for client in (api, anyone)
        for given in (tag, "*", '""', tag.removeprefix("W/"))
    ]

    assert found == [403] * 4 + [401] * 4


@pytest.mark.parametrize("path", DEBUG_PATHS)
def test_there_is_no_page_for_developers(api: Client, path: str) -> None:
    response = api.get(path, headers={"Accept": "text/html"})

    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert path.strip("/") not in response.content.decode().replace("/docs", "") or path in ("/v3", "/v3/")


@pytest.mark.parametrize("query", ["", "?format=api", "?format=html", "?__debug__=1"])
def test_no_answer_of_the_feed_is_a_page(api: Client, query: str) -> None:
    response = api.get(f"{FEEDS[1] % 'lazada-th'}{query}", headers={"Accept": "text/html"})

    assert (response.status_code, response["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_no_header_makes_a_write_of_a_read(api: Client, caller: Credentials, method: str) -> None:
    overrides = ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"]
    path = FEEDS[0] % "lazada-th"

    found = [api.get(path, headers={name: method}).status_code for name in overrides]
    posted = [api.post(path, {"_method": "GET"}, headers={name: "GET"}).status_code for name in overrides]

    assert (found, posted) == ([200] * 3, [405] * 3)


@pytest.mark.parametrize(
    "path", ["/identity/token", "/docs", "/schema/v3", *(feed % "lazada-th" for feed in FEEDS)]
)
def test_no_page_of_another_site_is_let_read_an_answer(api: Client, path: str) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}

    answers = [api.options(path, headers=asked), api.get(path, headers={"Origin": "null"})]

    for answer in answers:
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]
        assert not answer.cookies
