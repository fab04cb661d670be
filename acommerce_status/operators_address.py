"""Whether an address to listen at can be reached from this machine alone."""

from ipaddress import ip_address


def is_private(bind: str) -> bool:
    """True for a socket file, `localhost` and loopback addresses."""
    if bind.startswith("unix:"):
        return True
    host = bind.rpartition(":")[0].strip("[]")
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
