"""The environment as typed values within bounds. Anything else raises ImproperlyConfigured with a sentence.

acommerce_status.settings is the only caller. A variable that is blank counts as not set. No sentence repeats
a value, because what was put into the wrong variable may be a secret.
"""

import base64
import os
import re
from collections.abc import Sequence
from datetime import datetime
from email.utils import formataddr, getaddresses
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

from wire.times import BadTime, parse_time

_ON = ("on", "true", "yes", "1")
_OFF = ("off", "false", "no", "0")


def text(name: str, default: str = "") -> str:
    """The text without spaces around it."""
    return os.environ.get(name, "").strip() or default


def words(name: str) -> list[str]:
    """The texts between commas; none when the variable is not set."""
    return [word for part in text(name).split(",") if (word := part.strip())]


def one_of(name: str, default: str, choices: Sequence[str]) -> str:
    """One of `choices`, written exactly so."""
    found = text(name, default)
    if found not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}.")
    return found


def switch(name: str, *, default: bool) -> bool:
    """True for `on`, `true`, `yes` and `1`, False for `off`, `false`, `no` and `0`, in any case."""
    found = text(name, "on" if default else "off").lower()
    if found not in (*_ON, *_OFF):
        raise ImproperlyConfigured(f"{name} must be on or off.")
    return found in _ON


def whole(name: str, default: int, least: int, most: int) -> int:
    """A whole number from `least` to `most`."""
    found = text(name, str(default))
    is_number = found.isascii() and found.isdigit() and len(found) <= len(str(most))
    if not is_number or not least <= int(found) <= most:
        raise ImproperlyConfigured(
            f"{name} must be a whole number from {least} to {most}, such as {default}."
        )
    return int(found)


def instant(name: str, default: str) -> datetime:
    """An RFC 3339 time, in UTC."""
    try:
        return parse_time(text(name, default))
    except BadTime as error:
        raise ImproperlyConfigured(f"{name} {error.detail}.") from None


def some_of(name: str, choices: Sequence[str]) -> list[str]:
    """Some of `choices`, or none, written exactly so."""
    found = words(name)
    if not set(found) <= set(choices):
        raise ImproperlyConfigured(f"{name} may hold {', '.join(choices)}, separated by commas, or nothing.")
    return found


def networks(name: str) -> list[str]:
    """Networks and addresses, IPv4 or IPv6."""
    found = words(name)
    try:
        return [str(ip_network(word)) if "/" in word else str(ip_network(word)[0]) for word in found]
    except ValueError:
        raise ImproperlyConfigured(
            f"{name} must hold networks or addresses, such as 10.1.0.0/16 and 2001:db8::1, between commas."
        ) from None


def folder(name: str, default: str) -> str:
    """The absolute path of a folder, which may be missing yet; empty when there is none, and for `off`."""
    found = "" if text(name) == "off" else text(name, default)
    if found and (not Path(found).is_absolute() or Path(found).resolve() == Path("/")):
        raise ImproperlyConfigured(f"{name} must be the absolute path of a folder, such as /srv/outbox.")
    return found


def bearer_token(name: str) -> str:
    """A secret that can be sent as `Authorization: Bearer`; empty when the variable is not set."""
    found = text(name)
    if found and not re.fullmatch(r"[A-Za-z0-9._~+/=-]{20,}", found):
        raise ImproperlyConfigured(f"{name} must be 20 or more letters, digits and any of ._~+/=-")
    return found


def fernet_keys(name: str) -> list[str]:
    """Keys of Fernet, the first of which encrypts."""
    found = words(name)
    if not all(_is_fernet_key(word) for word in found):
        raise ImproperlyConfigured(
            f"{name} must hold keys of Fernet, 32 bytes in URL-safe base64 each, separated by commas."
        )
    return found


def server_url(name: str, default: str = "") -> str:
    """The address of a server, without a path; empty when the variable is not set."""
    found = text(name, default).rstrip("/")
    try:
        parts = urlsplit(found)
        is_good = parts.scheme in ("https", "http") and parts.hostname and not parts.path + parts.query
        if found and (not is_good or "@" in found or parts.port == 0):
            raise ValueError
    except ValueError:
        raise ImproperlyConfigured(f"{name} must look like https://orders.example.com.") from None
    return found


def sender(name: str, default: str = "") -> str:
    """From whom mails are: an address, or a name and an address; empty when it is not set."""
    found = text(name, default)
    parsed = getaddresses([found]) if found else [("", "")]
    display, address = parsed[0]
    try:
        if len(parsed) > 1 or not found.isprintable():
            raise ValidationError("")
        if found:
            validate_email(address)
    except ValidationError:
        raise ImproperlyConfigured(
            f"{name} must look like Orders <orders@example.com>, or orders@example.com."
        ) from None
    return formataddr((display, address)) if found else ""


def _is_fernet_key(word: str) -> bool:
    try:
        return len(word) == 44 and len(base64.urlsafe_b64decode(word)) == 32
    except ValueError:
        return False
