"""API keys and tokens: shown once, kept as digests only.

Both are random with at least 128 bits, so nobody can find the text of a plain SHA-256 by trying, and the time
that a look-up by digest takes tells a guesser nothing.
"""

import hashlib
import re
import secrets

_KEY = re.compile(r"[A-Za-z0-9_-]{43}")


def new_key() -> str:
    """A new API key: 43 URL-safe characters, 256 bits."""
    return secrets.token_urlsafe(32)


def looks_like_key(text: str) -> bool:
    """Whether `text` has the form of an API key, which no token has."""
    return _KEY.fullmatch(text) is not None


def new_token() -> str:
    """A new token: 32 lower-case hex characters, 128 bits (contract, section 1)."""
    return secrets.token_hex(16)


def digest(secret: str) -> bytes:
    """What is stored of a key or token, 32 bytes."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).digest()
