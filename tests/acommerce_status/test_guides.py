"""The guides of docs/ on the server: the same text, with this server's address."""

import re
from html import unescape

import pytest
from django.test import Client

from acommerce_status.guides import DOCS, EXAMPLE_SERVER, LANGUAGES, PAGES, slug


@pytest.mark.parametrize("file", PAGES)
def test_a_guide_has_every_program_of_its_file_with_this_servers_address(anyone: Client, file: str) -> None:
    html = anyone.get(PAGES[file], headers={"Host": "localhost:8123"}).content.decode()

    programs = re.findall(r"^```\w+\n(.*?)^```$", (DOCS / file).read_text(), re.DOTALL | re.MULTILINE)
    shown = [unescape(text) for text in re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", html, re.DOTALL)]
    for program in programs:
        assert program.replace(EXAMPLE_SERVER, "http://localhost:8123") in shown
    assert EXAMPLE_SERVER not in html


@pytest.mark.parametrize("file", PAGES)
def test_links_lead_to_what_is_served(anyone: Client, file: str) -> None:
    html = anyone.get(PAGES[file]).content.decode()

    addresses = [unescape(text) for text in re.findall(r'<a href="([^"]*)"', html)]
    ids = set(re.findall(r' id="([^"]*)"', html))
    own = [address for address in addresses if address.startswith("/")]
    assert own
    assert [address for address in own if anyone.get(address.partition("#")[0]).status_code != 200] == []
    assert [address for address in addresses if address.startswith("#") and address[1:] not in ids] == []
    assert [address for address in addresses if address.endswith(".md")] == []


@pytest.mark.parametrize(
    ("path", "languages"),
    [("/docs/polling", LANGUAGES), ("/docs/webhooks", LANGUAGES), ("/docs/files", ("Python", "Shell"))],
)
def test_programs_are_a_section_for_each_language(
    anyone: Client, path: str, languages: tuple[str, ...]
) -> None:
    html = anyone.get(path).content.decode()

    assert tuple(re.findall(r'<section class="program" data-language="(\w+)">', html)) == languages
    assert html.count("<section") == html.count("</section>") == len(languages)


def test_a_guide_loads_only_what_is_ours(anyone: Client) -> None:
    response = anyone.get("/docs/polling")

    assert "script-src 'self'" in response["Content-Security-Policy"]
    assert re.findall(r'<script src="(https?:[^"]*)"', response.content.decode()) == []


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("The loop", "the-loop"),
        ("What `updatedTime` promises", "what-updatedtime-promises"),
        ("v2 to v3", "v2-to-v3"),
    ],
)
def test_headings_have_the_ids_that_links_within_the_file_name(title: str, expected: str) -> None:
    assert slug(title) == expected
