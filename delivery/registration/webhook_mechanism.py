"""Registration of webhooks."""

import base64
import secrets as random
from collections.abc import Mapping
from typing import Any

from delivery.registration.mechanism import Given, Mechanism
from delivery.registration.serializers import WebhookSerializer


class WebhookMechanism(Mechanism):
    """The mechanism `webhook`. Its secret may be left out: then we make one."""

    serializer = WebhookSerializer
    write_only = frozenset({"secret", "authorization"})
    tried_at_once = frozenset({"url", "secret"})

    def secrets(self, given: Given) -> dict[str, Any]:
        is_given = bool(given.get("secret"))
        secret = {"text": given["secret"]} if is_given else {"text": new_secret(), "is_made": True}
        return {"secrets": [secret], "authorization": given.get("authorization")}

    def shown_once(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        newest = kept["secrets"][0]
        return {"secret": newest["text"]} if newest.get("is_made") else {}

    def changed_secrets(self, kept: dict[str, Any], given: Given, sent: Given) -> dict[str, Any]:
        if given.get("secret") and "secret" in sent:
            kept["secrets"] = [{"text": given["secret"]}]
        if "authorization" in sent:
            kept["authorization"] = given.get("authorization")
        return kept


def new_secret() -> str:
    """A secret as Standard Webhooks has them: `whsec_` and 32 random bytes in base64."""
    return f"whsec_{base64.b64encode(random.token_bytes(32)).decode()}"
