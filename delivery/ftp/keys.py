"""Keys that we log in with (ed25519), and how fingerprints of host keys are written."""

import re

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_private_key,
)

FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=?")
"""32 bytes in base64, as `ssh-keygen -l` writes them."""


def generate() -> str:
    """A new private key, as OpenSSH writes them."""
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()


def public_of(private: str, comment: str) -> str:
    """The line for `authorized_keys`."""
    key = load_ssh_private_key(private.encode(), password=None).public_key()
    return f"{key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()} {comment}"


def fingerprint_of(text: str) -> str | None:
    """The fingerprint as it is compared, None where the text is none."""
    return text.rstrip("=") if FINGERPRINT.fullmatch(text) else None
