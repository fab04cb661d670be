"""Tokens without HTTP, for what is not about POST /identity/token itself."""

from datetime import datetime

from callers.identity import give_token, holder_of_key


def issue_token(*, username: str, key: str) -> tuple[str, datetime]:
    """A new token for the caller with this key, and its end. Counted nowhere. Raises Unrecognised."""
    return give_token(holder_of_key(username=username, key=key))
