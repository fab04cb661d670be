"""Signatures of webhooks (contract, section 10; Standard Webhooks 1.0.0). Pure functions."""

import base64
import hashlib
import hmac

PREFIX = "whsec_"


def message_id(public_id: str, generation: int, channel_id: str, order_id: str, updated_time: str) -> str:
    """The `webhook-id`: the same for every try of a state, and another one after a replay."""
    text = "\0".join((public_id, str(generation), channel_id, order_id, updated_time))
    return f"msg_{hashlib.blake2b(text.encode(), digest_size=16).hexdigest()}"


def standard_signature(secret: str, message: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64."""
    signed = b"%b.%d.%b" % (message.encode(), timestamp, body)
    return f"v1,{base64.b64encode(hmac.digest(key_of(secret), signed, 'sha256')).decode()}"


def body_signature(secret: str, body: bytes) -> str:
    """What existing receivers check: the HMAC-SHA256 of the body in hex, by the secret's whole text."""
    return hmac.digest(secret.encode(), body, "sha256").hex()


def key_of(secret: str) -> bytes:
    """The key of a secret: what the base64 after `whsec_` says, or else its text in UTF-8."""
    key = encoded_key(secret)
    return secret.encode() if key is None else key


def encoded_key(secret: str) -> bytes | None:
    """What the base64 after `whsec_` says; None where there is no such base64."""
    if not secret.startswith(PREFIX):
        return None
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:  # not base64, or not even ASCII
        return None
