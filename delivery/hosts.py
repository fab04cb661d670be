"""The host of a url, as far as it can be judged without connecting (contract, section 10)."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host

from delivery import guard

LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
"""Part of a host name (RFC 1123, and `_`, which some names have)."""


class BadUrl(ValueError):
    """Says what is wrong with a url, without repeating it: a password may be in it."""


def check_host(host: str) -> None:
    """Raises BadUrl for what we would not connect to.

    A name is not looked up here: what it means is judged whenever a connection is made.
    """
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
