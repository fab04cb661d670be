"""The url of a receiver, as far as it can be judged without connecting (contract, section 10)."""

from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from delivery.closed import BAD_PORTS
from delivery.hosts import BadUrl, check_host

MAX_URL_LENGTH = 2000


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
    check_host(parts.hostname)
    return text


def _parse(text: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(text)
        return parts, parts.port
    except ValueError:
        raise BadUrl("is not a url: write it like https://shop.example/hook") from None
