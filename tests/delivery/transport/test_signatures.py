"""Receivers can verify what they get, by a library that is not ours and as existing receivers do."""

import base64
import hashlib
import hmac
import time
from typing import Any

import pytest
from cryptography.fernet import Fernet, InvalidToken
from pytest_django import Settings
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from delivery import secrets
from delivery.message import Message
from delivery.webhook import Webhook
from tests.delivery.transport.receivers import DOCUMENT, SECRET, facts, row

BYTES = b"secret-of-24-bytes-at-least"
PLAIN = "a plain secret with é, of 24 characters"
NEW = "whsec_" + base64.b64encode(b"n" * 32).decode()


def message(**more: Any) -> Message:
    """A delivery as it would be sent."""
    return Webhook.prepare(transport(), facts("https://shop.example/hook", **more), row(), None, 0)


def transport() -> Webhook:
    """One without a session, since nothing is sent."""
    made = Webhook.__new__(Webhook)
    made._formats = {"SALES_ORDER_STATUS_V3": lambda document: (document.encode(), {})}
    return made


@pytest.mark.parametrize(("secret", "key"), [(SECRET, BYTES), (PLAIN, PLAIN.encode()), ("whsec_é" * 9, None)])
def test_the_library_of_standard_webhooks_verifies(secret: str, key: bytes | None) -> None:
    made = message(secrets=[{"text": secret}])

    Verifier(key or secret.encode()).verify(made.body, made.headers)
    assert made.body == DOCUMENT.encode()
    digest = hmac.digest(secret.encode(), made.body, hashlib.sha256).hex()
    assert made.headers["X-Acomm-Signature"] == digest


def test_another_body_id_time_or_secret_does_not_verify() -> None:
    made = message()
    later = str(int(made.headers["webhook-timestamp"]) + 1)
    wrong = [
        (SECRET, made.body + b" ", made.headers),
        (SECRET, made.body, made.headers | {"webhook-id": "msg_other"}),
        (SECRET, made.body, made.headers | {"webhook-timestamp": later}),
        (NEW, made.body, made.headers),
    ]
    for secret, body, headers in wrong:
        with pytest.raises(WebhookVerificationError):
            Verifier(secret).verify(body, headers)


def test_two_secrets_sign_while_one_is_rotated_and_the_newest_alone_afterwards() -> None:
    during = message(secrets=[{"text": NEW}, {"text": SECRET, "until": time.time() + 60}])
    afterwards = message(secrets=[{"text": NEW}, {"text": SECRET, "until": time.time() - 1}])

    for secret in (NEW, SECRET):
        Verifier(secret).verify(during.body, during.headers)
    Verifier(NEW).verify(afterwards.body, afterwards.headers)
    counts = [len(made.headers["webhook-signature"].split()) for made in (during, afterwards)]
    assert counts == [2, 1]
    newest = hmac.digest(NEW.encode(), during.body, hashlib.sha256).hex()
    assert during.headers["X-Acomm-Signature"] == afterwards.headers["X-Acomm-Signature"] == newest


def test_the_id_is_the_same_for_every_try_and_another_after_a_replay() -> None:
    ids = [message(generation=number).headers["webhook-id"] for number in (0, 0, 1)]

    assert ids[0] == ids[1] != ids[2]


def test_keys_are_rotated_and_an_unknown_one_is_refused(settings: Settings) -> None:
    old, new, other = (Fernet.generate_key().decode() for _ in range(3))
    settings.DELIVERY_KEYS = [old]
    sealed = secrets.seal({"secrets": [{"text": SECRET}]})
    settings.DELIVERY_KEYS = [new, old]
    opened = secrets.unseal(sealed)
    again = secrets.reseal(sealed)
    settings.DELIVERY_KEYS = [new]

    assert opened == secrets.unseal(again) == {"secrets": [{"text": SECRET}]}
    assert SECRET not in sealed
    for keys, text in (([new], sealed), ([other], again), ([new], "nonsense")):
        settings.DELIVERY_KEYS = keys
        with pytest.raises(InvalidToken):
            secrets.unseal(text)
