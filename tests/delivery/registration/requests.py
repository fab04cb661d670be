"""Requests with JSON bodies, and the subscription that most tests make."""

from typing import Any

import orjson
from django.test import Client

PATH = "/channel/lazada-th/subscriptions"
BODY = {"name": "ERP Bangkok", "mechanism": "webhook", "webhook": {"url": "https://shop.example/hook"}}


def send(api: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """A request with a JSON body."""
    content = b"" if body is None else orjson.dumps(body)
    return api.generic(method, path, content, content_type="application/json", headers=headers)


def made(api: Client, **webhook: Any) -> str:
    """The path of a new subscription, with these members of `webhook`."""
    body = BODY | {"webhook": {"url": "https://shop.example/hook"} | webhook}
    return f"{PATH}/{send(api, 'POST', PATH, body).json()['subscriptionId']}"
