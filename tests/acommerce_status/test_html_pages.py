import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client, override_settings

from acommerce_status.guides import PAGES as GUIDES
from acommerce_status.problem_texts import PROBLEMS
from tests.openapi import document
from wire.problem import CODES

PAGES = ["/", "/docs", "/redoc", *GUIDES.values(), "/docs/problems", "/docs/v2-to-v3"]
OWN_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
APPLICATION_POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'; script-src 'self'; connect-src 'self'; worker-src blob:"
)


class Page(HTMLParser):
    """What a page links to and loads, the ids in it, and the scripts and styles written into it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.inline: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.addresses += [str(given[name]) for name in ("href", "src", "data-schema") if name in given]
        self.ids += [str(given["id"])] if "id" in given else []
        self.inline += [tag] if tag == "style" or (tag == "script" and "src" not in given) else []
        self.inline += [name for name in given if name == "style" or name.startswith("on")]


def page(client: Client, path: str) -> Page:
    """The page at `path`, read."""
    return Page(client.get(path).content.decode())


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_guarded(anyone: Client, path: str) -> None:
    response = anyone.get(path)

    policy = APPLICATION_POLICY if path in ("/docs", "/redoc") else OWN_POLICY
    policy += "; script-src 'self'" if path in GUIDES.values() else ""
    assert response.status_code == 200
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert response["Content-Security-Policy"] == policy
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_script_and_no_style_written_into_it(anyone: Client, path: str) -> None:
    assert page(anyone, path).inline == []


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
def test_all_that_a_page_links_to_is_here(anyone: Client, path: str) -> None:
    addresses = page(anyone, path).addresses

    assert len(addresses) > 5
    for address in addresses:
        if address.startswith("/static/"):
            assert finders.find(address.removeprefix("/static/")), address
        else:
            assert anyone.get(address.partition("#")[0]).status_code == 200, address


def test_the_first_poll_names_this_server(anyone: Client) -> None:
    html = anyone.get("/", headers={"Host": "localhost:8080"}).content.decode()

    assert "curl http://localhost:8080/identity/token" in html
    assert "&#x27;http://localhost:8080/v3/" in html or "'http://localhost:8080/v3/" in html


def test_redoc_is_served_without_the_image_of_another_host(anyone: Client) -> None:
    response = anyone.get("/redoc/standalone.js")

    assert response["Content-Type"] == "text/javascript; charset=utf-8"
    assert b"cdn.redoc.ly" not in response.content
    assert len(response.content) > 500_000


ROOMS = ("wire", "callers", "orders", "delivery", "acommerce_status")
CODE = r'(?:Problem\(\d{3}, |\n    code = )"([A-Z_]+)"'


def test_every_problem_code_is_explained() -> None:
    sources = [path.read_text() for room in ROOMS for path in (settings.BASE_DIR / room).rglob("*.py")]
    codes = {code for source in sources for code in re.findall(CODE, source)} | set(CODES.values())

    assert {problem.code for problem in PROBLEMS} == codes


def test_the_type_of_a_problem_leads_to_its_explanation(anyone: Client) -> None:
    problem = anyone.get("/nowhere").json()

    address, _, anchor = problem["type"].removeprefix("http://testserver").partition("#")

    assert anchor in page(anyone, address).ids


def test_the_problems_of_the_documents_are_explained(anyone: Client) -> None:
    answers = document("v3")["components"]["responses"].values()
    bodies: list[dict[str, Any]] = [
        example["value"]
        for answer in answers
        for content in answer["content"].values()
        for example in content["examples"].values()
    ]
    anchors = {body["type"].partition("#")[2] for body in bodies if "/docs/problems#" in body["type"]}

    assert anchors <= set(page(anyone, "/docs/problems").ids)
    assert len(anchors) == 9


@override_settings(V2_SUNSET=datetime(2031, 2, 3, tzinfo=UTC))
def test_the_guide_from_v2_tells_when_v2_ends(anyone: Client) -> None:
    html = anyone.get("/docs/v2-to-v3").content.decode()

    assert '<time datetime="2031-02-03T00:00:00+00:00">3 February 2031</time>' in html
