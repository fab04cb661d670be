"""The url of a receiver, as far as it can be judged without connecting (contract, section 10)."""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.http.request import validate_host

from delivery import guard
from delivery.closed import BAD_PORTS

MAX_URL_LENGTH = 2000
LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
"""Part of a host name (RFC 1123, and `_`, which some names have)."""


class BadUrl(ValueError):
    """Says what is wrong with a url, without repeating it: a password may be in it."""


def receiver_url(text: str) -> str:
    """`text`, if we would connect there. Raises BadUrl.

    A name is not looked up here: what it means is judged whenever a connection is made.
    """
    if not text.isascii() or any(letter <= " " or letter in "\\\x7f" for letter in text):
        raise BadUrl("must be written in ASCII, without spaces: encode the path, and write an IDN as xn--")
    parts, port = _parse(text)
    allowed = ("https", "http") if "http" in settings.DELIVERY_ALLOW else ("https",)
    if parts.scheme not in allowed:
        raise BadUrl(f"must begin with {' or '.join(f'{scheme}://' for scheme in allowed)}")
    if "@" in parts.netloc:
        raise BadUrl("must not hold a user or a password; use webhook.authorization")
    if "#" in text:
        raise BadUrl("must not have a fragment (#)")
    if not parts.hostname:
        raise BadUrl("has no host")
    if "[" in parts.netloc and ":" not in parts.hostname:
        raise BadUrl("has a host in brackets that is no IPv6 address")
    if port == 0 or port in BAD_PORTS:
        raise BadUrl("has a port that is not used for HTTP")
    _check_host(parts.hostname)
    return text


def _parse(text: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(text)
        return parts, parts.port
    except ValueError:
        raise BadUrl("is not a url: write it like https://shop.example/hook") from None


def _check_host(host: str) -> None:
    try:
        ip_address(host)
    except ValueError:
        _check_name(host)
        return
    if reason := guard.why_not(host):
        raise BadUrl(f"leads to an address that we do not connect to: {reason}")


def _check_name(host: str) -> None:
    own = [name for name in settings.ALLOWED_HOSTS if not name.startswith((".localhost", "127.", "["))]
    own += [urlsplit(settings.PUBLIC_URL).hostname or ""]
    name = host.removesuffix(".")
    if validate_host(name, own):
        raise BadUrl("leads to this server itself")
    labels = name.split(".")
    if labels[-1].isdigit() or labels[-1].startswith("0x"):
        raise BadUrl("has a host that is an address in an unusual form; write it plainly")
    if not all(map(LABEL.fullmatch, labels)) or len(name) > 253:
        raise BadUrl("has a host that is no name")
