"""SSH connections to a host whose key is the pinned one; and the fingerprints of keys."""

from dataclasses import dataclass

import paramiko

from delivery.ftp.dialing import dial
from delivery.ftp.faults import Fault
from delivery.ftp.url import FtpUrl
from delivery.ftp.watch import IDLE_SECONDS, Watch

CIPHERS = (
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
    "aes128-ctr",
    "aes192-ctr",
    "aes256-ctr",
)
"""GCM first, because it needs no digest besides."""
OLD = {"macs": ["hmac-sha1", "hmac-md5", "hmac-sha1-96", "hmac-md5-96"]}
KEYS = (
    ("ssh-ed25519",),
    ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"),
    ("rsa-sha2-512", "rsa-sha2-256"),
)
"""Kinds of host keys. A server has one of each kind or of some; a fingerprint does not say of which it is."""
CHANGED = "HOST_KEY_CHANGED"

_kinds: dict[tuple[str, int, str], tuple[str, ...]] = {}
"""The kind that had a pinned fingerprint, so that it is asked for at once the next time."""


@dataclass
class Pin:
    """The fingerprint that is expected; None: the first that is seen, which is then `learned`."""

    expected: str | None
    learned: str | None = None

    def expects(self, fingerprint: str) -> bool:
        """Whether this is the one, as from the first on none but it is."""
        if self.expected is None:
            self.expected = self.learned = fingerprint
        return fingerprint == self.expected


def open_transport(url: FtpUrl, pin: Pin, watch: Watch) -> paramiko.Transport:
    """A connection after key exchange, before the login. Raises Fault where no key of the host is the pinned.

    A server whose first key is another one is asked for its keys of the other kinds.
    """
    seen = ""
    known = _kinds.get((url.host, url.port, pin.expected or ""))
    left = [known, *(kind for kind in KEYS if kind != known)] if known else list(KEYS)
    while left:
        transport = _negotiated(url, left, watch)
        if transport is None:
            break
        key = transport.get_remote_server_key()
        seen = seen or key.fingerprint
        kind = next(kind for kind in left if transport.host_key_type in kind)
        if pin.expects(key.fingerprint):
            _kinds[url.host, url.port, key.fingerprint] = kind
            return transport
        transport.close()
        left.remove(kind)
    if not seen:
        raise Fault("the server offers only keys or ciphers that are not safe any more: its SSH is too old")
    raise Fault(f"the host key is {seen}, which is not the pinned one", disables=CHANGED)


def _negotiated(url: FtpUrl, kinds: list[tuple[str, ...]], watch: Watch) -> paramiko.Transport | None:
    """None where the server has no key of these kinds, or nothing else in common with us."""
    transport = paramiko.Transport(dial(url.host, url.port, watch), disabled_algorithms=OLD)
    try:
        transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = IDLE_SECONDS
        options = transport.get_security_options()
        options.ciphers = CIPHERS
        options.key_types = tuple(name for kind in kinds for name in kind)
        transport.start_client(timeout=IDLE_SECONDS)
    except paramiko.SSHException as error:
        transport.close()
        if isinstance(error, paramiko.ssh_exception.IncompatiblePeer):
            return None
        raise
    watch.moved()
    return transport
