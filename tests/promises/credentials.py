"""What a client may send to show who it is: good, bad, and good once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from callers.administration import create_caller, revoke_caller, rotate_key
from callers.keys import digest
from callers.models import Token
from testbed.feeds import CHANNEL
from testbed.tokens import issue_token
from tests.conftest import Credentials

Headers = dict[str, str]

GOOD: dict[str, Callable[[str], Headers]] = {
    "a token": lambda token: {"X-Subject-Token": token},
    "a token with spaces around it": lambda token: {"X-Subject-Token": f" {token} "},
    "a bearer token": lambda token: {"Authorization": f"Bearer {token}"},
    "a token and a password": lambda token: {"X-Subject-Token": token, "Authorization": "Basic YTpi"},
}
BAD: dict[str, Callable[[Credentials, str], Headers]] = {
    "nothing": lambda caller, token: {},
    "an empty token": lambda caller, token: {"X-Subject-Token": ""},
    "a blank token": lambda caller, token: {"X-Subject-Token": "  "},
    "garbage": lambda caller, token: {"X-Subject-Token": "garbage"},
    "a token with a letter too many": lambda caller, token: {"X-Subject-Token": f"{token}0"},
    "a token in capitals": lambda caller, token: {"X-Subject-Token": f"A{token}".upper()},
    "two tokens": lambda caller, token: {"X-Subject-Token": f"{token},{token}"},
    "the digest of a token": lambda caller, token: {"X-Subject-Token": digest(token).hex()},
    "the key": lambda caller, token: {"X-Subject-Token": caller.key},
    "the key as bearer": lambda caller, token: {"Authorization": f"Bearer {caller.key}"},
    "the name": lambda caller, token: {"X-Subject-Token": caller.username},
    "a token by another scheme": lambda caller, token: {"Authorization": f"Basic {token}"},
    "a token without a scheme": lambda caller, token: {"Authorization": token},
    "a bearer of nothing": lambda caller, token: {"Authorization": "Bearer "},
    "a good bearer behind a bad token": lambda caller, token: {
        "X-Subject-Token": "garbage",
        "Authorization": f"Bearer {token}",
    },
    "ten kilobytes": lambda caller, token: {"X-Subject-Token": token * 320},
    "other letters": lambda caller, token: {"X-Subject-Token": f"ส่งแล้ว{token}"},
    "a wildcard": lambda caller, token: {"X-Subject-Token": "%' OR 1=1 --"},
}
ENDS: dict[str, Callable[[Credentials], Any]] = {
    "expired": lambda caller: Token.objects.update(expires_time=timezone.now() - timedelta(seconds=1)),
    "revoked": lambda caller: revoke_caller(username=caller.username),
    "of an earlier key": lambda caller: rotate_key(username=caller.username),
}


def headers_of(username: str, rate: str) -> Headers:
    """The header with a token of a new caller of the channel."""
    key = create_caller(username=username, channels=[CHANNEL], rate=rate)
    return {"X-Subject-Token": issue_token(username=username, key=key)[0]}
