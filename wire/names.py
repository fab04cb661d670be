"""Names of callers, channels and partners: what a path of a URL can carry, and people can tell apart."""

MAX_NAME_LENGTH = 100
NAME_RULE = f"use 1 to {MAX_NAME_LENGTH} printable characters, no slash, and neither . nor .."
"""What to do instead, for messages."""


def is_name(text: str) -> bool:
    """Whether a channel or partner of this name can be granted and polled.

    A slash divides a path, even as %2F. Clients take `.` and `..` out of a path (RFC 3986, 5.2.4). Characters
    that do not print, such as U+00A0 and U+200B, would arrive, but nobody sees what to ask for.
    """
    return 0 < len(text) <= MAX_NAME_LENGTH and text.isprintable() and "/" not in text and text not in _DOTS


_DOTS = (".", "..")
