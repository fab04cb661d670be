"""Asking the server under Hypothesis, and holding its entity tags to their meaning."""

from typing import Any
from urllib.parse import urlencode, urlsplit

from django.test import Client

from testbed.events import Fields

MOST_REPEATED = 12


class Asking:
    """Each answer asked again by its tag is 304, and one tag of one URL stands for one body."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._bodies: dict[tuple[str, str], bytes] = {}
        self._urls: dict[str, None] = {}

    def get(self, path: str, query: Fields) -> tuple[Any, str | None]:
        """The body, and the query of the next page's link, its parameters sorted as those of `sent`."""
        response = self._fetch(f"{path}?{sent(query)}")
        link, is_there, _ = response.get("Link", "").partition('>; rel="next"')
        return response.json(), "&".join(sorted(urlsplit(link).query.split("&"))) if is_there else None

    def repeat(self) -> None:
        """Ask what was asked before, of a feed that has changed since."""
        for url in list(self._urls)[-MOST_REPEATED:]:
            self._fetch(url)

    def _fetch(self, url: str) -> Any:
        self._urls[url] = None
        response = self.client.get(url)
        if response.status_code == 200:
            tag = response["ETag"]
            again = self.client.get(url, headers={"If-None-Match": tag})
            assert (again.status_code, again["ETag"], again.content) == (304, tag, b"")
            assert self._bodies.setdefault((url, tag), response.content) == response.content
        return response


def sent(query: Fields) -> str:
    """The query string, without what is None, sorted."""
    return urlencode(sorted((name, value) for name, value in query.items() if value), doseq=True, safe=":")
