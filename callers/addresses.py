"""Where a request comes from."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address by which wrong keys are counted.

    Behind our own proxy it is the last entry of X-Forwarded-For, because the proxy itself wrote that one; the
    entries before it are claims of the client. A server on a unix socket does not know an address.
    """
    if settings.TRUST_PROXY and (forwarded := request.META.get("HTTP_X_FORWARDED_FOR", "")):
        return _counted(str(forwarded.rpartition(",")[2].strip()))
    return _counted(request.META.get("REMOTE_ADDR") or "0.0.0.0")  # noqa: S104 - a stand-in, nothing binds to it


def _counted(text: str) -> str:
    """The address without the port that some proxies add; for IPv6 the /64, which is one customer's."""
    bare = (
        text.partition("]")[0].strip("[") if "[" in text or text.count(":") != 1 else text.partition(":")[0]
    )
    try:
        address = ip_address(bare)
    except ValueError:
        return text
    if not isinstance(address, IPv6Address):
        return str(address)
    return str(address.ipv4_mapped or ip_network((address.packed, 64), strict=False))
