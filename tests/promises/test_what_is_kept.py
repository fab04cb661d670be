"""What PostgreSQL and Redis hold of keys and tokens: nothing that opens anything.

Fails when `digest=digest(token)` in callers.identity.give_token is `digest=token.encode()`. For Redis it
holds django-ratelimit to its hashing of what is counted.
"""

import hashlib

import pytest
from django.apps import apps
from django.conf import settings
from django.core.cache import caches
from django.test import Client

from callers.models import Caller, Token
from stores.counters import CounterStore
from stores.redis_notes import RedisNotes
from stores.writer import writer
from testbed.events import event
from testbed.feeds import FEED
from tests.conftest import Credentials, Publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def used(anyone: Client, caller: Credentials, publish: Publish) -> str:
    """The token of a caller that has done all that one can do, rightly and wrongly."""
    publish(event(orderId="an-order"))

    def identify(key: str) -> dict[str, dict[str, str]]:
        body = {"auth": {"apiKeyCredentials": {"username": caller.username, "apiKey": key}}}
        answer: dict[str, dict[str, str]] = anyone.post(
            "/identity/token", body, content_type="application/json"
        ).json()
        return answer

    identify("a-wrong-key")
    token = identify(caller.key)["token"]["token_id"]
    headers = {"X-Subject-Token": token}
    found = [
        anyone.get(path, headers=headers) for path in (FEED, f"{FEED}/id?id=an-order", f"{FEED}/id?id=0")
    ]
    assert {response.status_code for response in found} == {200}
    anyone.get(FEED, headers={"X-Subject-Token": "a-wrong-token"})
    writer.flush()
    return token


def rows() -> list[str]:
    """Everything in every table of ours, as text."""
    return [
        " ".join(bytes(value).hex() if isinstance(value, memoryview) else str(value) for value in row)
        for model in apps.get_models()
        for row in model._default_manager.values_list()
    ]


def test_the_database_holds_digests_only(used: str, caller: Credentials) -> None:
    held = "\n".join(rows())
    kept = [bytes(Token.objects.get().digest), bytes(Caller.objects.get().key_digest)]

    assert "an-order" in held
    assert kept == [hashlib.sha256(secret.encode()).digest() for secret in (used, caller.key)]
    assert [secret for secret in (used, caller.key, "a-wrong") if secret in held] == []


def test_redis_holds_numbers_under_hashes(used: str, caller: Credentials) -> None:
    counters = caches["limits"]
    assert isinstance(counters, CounterStore)
    names = [name.decode() for name in counters._redis.scan_iter("*")]
    held = {name: counters._redis.get(name) for name in names if not name.startswith(RedisNotes.INDEX)}
    said = (used, caller.key, "a-wrong", "an-order", caller.username, "lazada-th", "127.0.0.1")

    assert len(held) >= 4
    assert all(value is not None and value.isdigit() for value in held.values())
    assert all(0 < counters._redis.ttl(name) <= 65 for name in held)
    assert [word for word in said if word in "\n".join(held)] == []


def test_notes_in_redis_tell_of_feeds_and_times_and_open_nothing(used: str, caller: Credentials) -> None:
    redis = RedisNotes(settings.NOTES_URL)._redis
    names = [name.decode() for name in redis.scan_iter(f"{RedisNotes.PREFIX}*")]
    held = f"{names} {redis.mget(names)}"

    feed = f"polls/{Caller.objects.get().pk}/channel/lazada-th"
    assert sorted(name.removeprefix(RedisNotes.PREFIX).split("/")[0] for name in names) == [
        "minutes",
        "polls",
    ]
    assert f"{RedisNotes.PREFIX}{feed}" in names
    assert all(0 < redis.ttl(name) <= 30 * 24 * 3600 for name in names)
    said = (used, caller.key, "a-wrong", "an-order", caller.username, "127.0.0.1")
    assert [word for word in said if word in held] == []
