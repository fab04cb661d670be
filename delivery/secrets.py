"""Secrets of subscriptions, encrypted where they are stored (Fernet: AES-128-CBC and HMAC-SHA256)."""

import json
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def seal(secrets: dict[str, Any]) -> str:
    """The text that is stored, by the first key of DELIVERY_KEYS."""
    return _keys(tuple(settings.DELIVERY_KEYS)).encrypt(json.dumps(secrets).encode()).decode()


def unseal(text: str) -> dict[str, Any]:
    """What was sealed, by any key of DELIVERY_KEYS. Raises cryptography's InvalidToken."""
    opened = _keys(tuple(settings.DELIVERY_KEYS)).decrypt(text.encode())
    found: dict[str, Any] = json.loads(opened)
    return found


def reseal(text: str) -> str:
    """The same, by the first key. Raises cryptography's InvalidToken."""
    return _keys(tuple(settings.DELIVERY_KEYS)).rotate(text.encode()).decode()


@cache
def _keys(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
