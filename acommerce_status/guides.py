"""The guides of docs/ as pages, for readers who never see the repository: `/docs/polling` and its like.

Programs in several languages follow each other in the file. Here each is a section of its own, and the script
of the page makes tabs of them.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from html import escape

from django.conf import settings
from markdown_it import MarkdownIt
from markdown_it.token import Token

PAGES = {
    "polling.md": "/docs/polling",
    "webhooks.md": "/docs/webhooks",
    "files.md": "/docs/files",
    "email.md": "/docs/email",
}
"""The files that are served, and where. Links to others lead nowhere, so only their text is shown."""
DOCS = settings.BASE_DIR / "docs"
EXAMPLE_SERVER = "http://127.0.0.1:8000"
"""What the files call the server; a page says its own address instead."""
LANGUAGES = ("Python", "JavaScript", "PHP", "Shell")


def guide(file: str, server: str) -> str:
    """The HTML of a guide, with the address of this server in its programs."""
    return _html(file).replace(EXAMPLE_SERVER, escape(server))


@cache
def _html(file: str) -> str:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse((DOCS / file).read_text())
    for token in tokens:
        token.children = list(_linked(token.children or []))
    return str(markdown.renderer.render(list(_parted(tokens)), markdown.options, {}))


def _linked(tokens: Iterable[Token]) -> Iterator[Token]:
    """The same, with links to guides leading to their pages."""
    dropped = False
    for token in tokens:
        if token.type == "link_open":
            page, mark, anchor = str(token.attrs["href"]).partition("#")
            dropped = (page.endswith(".md") and page not in PAGES) or page.endswith("/")
            token.attrs["href"] = f"{PAGES.get(page, page)}{mark}{anchor}"
        if not (dropped and token.type in ("link_open", "link_close")):
            yield token


def _parted(tokens: list[Token]) -> Iterator[Token]:
    """The same, with an id for each heading, and each program in a section of its own."""
    is_open = False
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            title = tokens[index + 1].content
            token.attrs["id"] = slug(title)
            if is_open:
                yield _raw("</section>")
            is_open = token.tag == "h3" and title in LANGUAGES
            if is_open:
                yield _raw(f'<section class="program" data-language="{title}">')
        if token.type in ("fence", "code_block"):
            yield _raw(f'<pre tabindex="0"><code>{escape(token.content)}</code></pre>')
        else:
            yield token
    if is_open:
        yield _raw("</section>")


def slug(title: str) -> str:
    """The id of a heading, as GitHub makes it, so that links within a file work here, too."""
    return re.sub(r"[^\w -]", "", title.lower()).strip().replace(" ", "-")


def _raw(html: str) -> Token:
    token = Token("html_block", "", 0)
    token.content = f"{html}\n"
    return token
