"""Where we connect to: public addresses only, looked at when a connection is made (contract, section 10).

A name may say one address when it is checked and another when it is used, so names are not checked at all:
whoever opens a socket asks here with the address that it is about to connect to.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings

CLOSED = tuple(
    ip_network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        *("::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16"),
        *("3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
    )
)
"""Private, loopback, link-local, shared, documentation, benchmark, multicast, reserved, translated (IANA)."""

BAD_PORTS = frozenset(
    map(
        int,
        [
            "1",
            "7",
            "9",
            "11",
            "13",
            "15",
            "17",
            "19",
            "20",
            "21",
            "22",
            "23",
            "25",
            "37",
            "42",
            "43",
            "53",
            "69",
            "77",
            "79",
            "87",
            "95",
            "101",
            "102",
            "103",
            "104",
            "109",
            "110",
            "111",
            "113",
            "115",
            "117",
            "119",
            "123",
            "135",
            "137",
            "139",
            "143",
            "161",
            "179",
            "389",
            "427",
            "465",
            "512",
            "513",
            "514",
            "515",
            "526",
            "530",
            "531",
            "532",
            "540",
            "548",
            "554",
            "556",
            "563",
            "587",
            "601",
            "636",
            "989",
            "990",
            "993",
            "995",
            "1719",
            "1720",
            "1723",
            "2049",
            "3659",
            "4045",
            "4190",
            "5060",
            "5061",
            "6000",
            "6566",
            "6665",
            "6666",
            "6667",
            "6668",
            "6669",
            "6679",
            "6697",
            "10080",
        ],
    )
)
"""Ports that browsers refuse (WHATWG Fetch, section 2.9); 0 is none."""

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
    return "not a public address" if _is_in(address, CLOSED) or not address.is_global else ""


def is_opened(host: str) -> bool:
    """Whether the operator opened the network of this address; what it answers is then shown to nobody."""
    networks = _networks(tuple(settings.DELIVERY_NETWORKS), ())
    try:
        return _is_in(canonical(ip_address(host.partition("%")[0])), networks.opened)
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
