"""Content encodings that a client accepts."""

import re

MIN_GZIP_BYTES = 500
"""What is smaller fits one packet anyway."""

_GZIP = re.compile(
    r"(?:^|,)\s*(?:x-)?gzip\s*(?:;\s*q\s*=\s*(?P<quality>[01](?:\.[0-9]{0,3})?)\s*)?(?:,|$)", re.IGNORECASE
)


def accepts_gzip(header: str) -> bool:
    """Whether an Accept-Encoding header names gzip with a quality above 0 (RFC 9110, section 12.5.3)."""
    match = _GZIP.search(header)
    return match is not None and float(match["quality"] or 1) > 0
