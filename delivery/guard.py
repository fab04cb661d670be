"""Where we connect to: public addresses only, looked at when a connection is made (contract, section 10).

A name may say one address when it is checked and another when it is used, so names are not checked at all:
whoever opens a socket asks here with the address that it is about to connect to.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings

from delivery.closed import CLOSED, PUBLIC_IPV6

Address = IPv4Address | IPv6Address


@dataclass(frozen=True)
class Networks:
    """What the operator opened and closed; what is closed stays closed."""

    opened: tuple[object, ...]
    denied: tuple[object, ...]


def why_not(host: str) -> str:
    """Why we do not connect to this address; empty when we do. What is no address is refused."""
    try:
        address = canonical(ip_address(host.partition("%")[0]))
    except ValueError:
        return "not an address"
    networks = _networks(tuple(settings.DELIVERY_NETWORKS), tuple(settings.DELIVERY_DENY))
    if _is_in(address, networks.denied):
        return "closed by the operator"
    if _is_in(address, networks.opened):
        return ""
    is_public = address.is_global and not _is_in(address, CLOSED)
    if isinstance(address, IPv6Address):
        is_public = is_public and address in PUBLIC_IPV6
    return "" if is_public else "not a public address"


def is_opened(host: str) -> bool:
    """Whether the operator opened the network of this address; what it answers is then shown to nobody."""
    return _is_opened(host, tuple(settings.DELIVERY_NETWORKS))


@lru_cache(maxsize=4096)
def _is_opened(host: str, opened: tuple[str, ...]) -> bool:
    """Asked for each delivery, of the same few receivers."""
    try:
        return _is_in(canonical(ip_address(host.partition("%")[0])), _networks(opened, ()).opened)
    except ValueError:
        return False


def canonical(address: Address) -> Address:
    """An IPv4 address written as one of IPv6 is the IPv4 address."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def _is_in(address: Address, networks: Iterable[object]) -> bool:
    return any(address in network for network in networks)  # type: ignore[operator]  # networks of either version


@cache
def _networks(opened: tuple[str, ...], denied: tuple[str, ...]) -> Networks:
    return Networks(tuple(map(ip_network, opened)), tuple(map(ip_network, denied)))
