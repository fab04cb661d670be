"""Where a request comes from."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address that the limits on guessing count by.

    Behind our own proxy it is the last entry of X-Forwarded-For, the one that the proxy itself wrote; what
    stands before it is the client's own claim. A server on a unix socket has no address to tell.
    """
    if settings.TRUST_PROXY and (forwarded := request.META.get("HTTP_X_FORWARDED_FOR", "")):
        return str(forwarded.rpartition(",")[2].strip())
    return request.META.get("REMOTE_ADDR") or "0.0.0.0"  # noqa: S104 - a stand-in, nothing binds to it
