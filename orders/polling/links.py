"""URLs of other pages of a feed: the next one, and the first."""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.encoding import escape_uri_path

from orders.forgotten import ResyncRequired


def next_link(request: HttpRequest, name: str, time: str) -> str:
    """A `Link` value: this URL, absolute, with the parameter `name` moved on to `time` (RFC 8288)."""
    return f'<{_url(request, {**dict(request.GET.lists()), name: [time]})}>; rel="next"'


def resync(request: HttpRequest, names: Iterable[str]) -> ResyncRequired:
    """The refusal of a poll from earlier than what was forgotten, with the URL to begin again."""
    url = _url(request, {name: texts for name, texts in request.GET.lists() if name not in names})
    return ResyncRequired(
        "Changes later than this updatedSince are not kept any more, so some may be missing."
        f" Begin again without it, and replace what you hold: {url}",
        headers={"Link": f'<{url}>; rel="first"'},
    )


def _url(request: HttpRequest, parameters: Mapping[str, Sequence[str]]) -> str:
    """This URL, absolute, with these parameters instead."""
    query = urlencode(parameters, doseq=True, safe=":")
    url = f"{request.scheme}://{request.get_host()}{escape_uri_path(request.path)}"
    return f"{url}?{query}" if query else url
