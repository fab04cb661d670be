"""What is refused looks, and costs, the same whether or not it exists.

Fails when callers.identity.holder_of_key raises Unrecognised before it compares digests, or makes a Caller of
what it finds, and when `expires_time__gt=timezone.now()` is taken out of callers.tokens._access_by_digest.
"""

import hmac
import re
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any, Never

import pytest
from django.core.cache import caches
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from callers.administration import create_caller, revoke_caller
from callers.models import Token
from callers.tokens import Unrecognised, access_by_token, forget_tokens
from testbed.events import event
from testbed.feeds import PATH
from testbed.tokens import issue_token
from tests.conftest import Credentials, Publish

pytestmark = pytest.mark.django_db

REFUSED_PATHS = [
    f"{prefix}/{kind}/%s/sales-order-status{rest}"
    for prefix, kind, rest in product(
        ["/v3", "/v2", ""],
        ["channel", "partner"],
        ["", "?pageSize=0", "?updatedSince=now&x=1", "/id", "/id?id=A1", "/id?id=A1&id=ZZ"],
    )
]


def look(client: Client, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """All of an answer but the second of the minute, to a request with a given id and fresh quotas."""
    caches["limits"].clear()
    answer = client.get(path, headers={"X-Request-ID": "same"} | headers)
    headers = {name: re.sub(r";t=\d+", "", value) for name, value in answer.items()}
    return answer.status_code, headers, answer.content


def work(attempt: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], list[Any]]:
    """What a refused attempt does: its SQL, without values, and the lengths of what it compares.

    It may make no object of a model of what it found: that takes longer than all its Python besides.
    """
    compared = []

    def compare(ours: bytes, theirs: bytes) -> bool:
        compared.append((len(ours), len(theirs)))
        return ours == theirs

    def make(model: Any, *args: Any, **kwargs: Any) -> Never:
        pytest.fail(f"a {model.__name__} was made")

    monkeypatch.setattr(hmac, "compare_digest", compare)
    monkeypatch.setattr(Model, "from_db", classmethod(make))
    with CaptureQueriesContext(connection) as queries, pytest.raises(Unrecognised):
        attempt()
    monkeypatch.undo()
    return [query["sql"].partition(" WHERE ")[0] for query in queries], compared


@pytest.fixture
def elsewhere(publish: Publish) -> None:
    """An order, a channel and a partner that are not granted to `caller`, but to another one."""
    publish(event(orderId="A1", channelId="elsewhere", partnerId="elsewhere"))
    create_caller(username="rival", channels=["elsewhere"], partners=["elsewhere"])


@pytest.mark.parametrize("path", REFUSED_PATHS)
@pytest.mark.usefixtures("elsewhere")
def test_what_is_not_granted_looks_the_same_whether_or_not_it_is_there(api: Client, path: str) -> None:
    there, nowhere = look(api, path % "elsewhere"), look(api, path % "nnnnnnnnn")

    assert there[0] == 403
    assert [str(part).replace("elsewhere", "nnnnnnnnn") for part in there] == [str(part) for part in nowhere]


@pytest.mark.parametrize("path", [path % "lazada-th" for path in REFUSED_PATHS if "channel" in path])
@pytest.mark.usefixtures("elsewhere")
def test_an_order_of_another_channel_looks_like_none(api: Client, path: str) -> None:
    there, nowhere = look(api, path), look(api, path.replace("A1", "A2"))

    told = [str(part).replace("A1", "A2") for part in (there[0], there[2])]
    assert told == [str(part) for part in (nowhere[0], nowhere[2])]
    assert there[1].keys() == nowhere[1].keys()


@pytest.mark.parametrize("prefix", ["/v3", "/v2", ""])
def test_every_refused_token_looks_the_same(anyone: Client, caller: Credentials, prefix: str) -> None:
    path = prefix + PATH
    expired, revoked = (issue_token(username=caller.username, key=caller.key)[0] for _ in range(2))
    unknown = look(anyone, path, **{"X-Subject-Token": "0" * 32})
    Token.objects.update(expires_time=timezone.now() - timedelta(seconds=1))
    ended = look(anyone, path, **{"X-Subject-Token": expired})
    revoke_caller(username=caller.username)
    gone = look(anyone, path, **{"X-Subject-Token": revoked})

    assert unknown[0] == 401
    assert unknown == ended == gone


def test_every_refused_token_costs_the_same(caller: Credentials, monkeypatch: pytest.MonkeyPatch) -> None:
    token, _ = issue_token(username=caller.username, key=caller.key)
    unknown = work(lambda: access_by_token("0" * 32), monkeypatch)
    Token.objects.update(expires_time=timezone.now() - timedelta(seconds=1))
    forget_tokens()

    ended = work(lambda: access_by_token(token), monkeypatch)

    assert len(unknown[0]) == 1
    assert ended == unknown


def test_an_unknown_name_costs_what_a_wrong_key_costs(
    caller: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    def attempt(username: str, key: str) -> Any:
        return work(lambda: issue_token(username=username, key=key), monkeypatch)

    wrong_key, unknown = attempt(caller.username, "wrong"), attempt("nobody", caller.key)
    revoke_caller(username=caller.username)
    revoked = attempt(caller.username, caller.key)

    assert (len(wrong_key[0]), wrong_key[1]) == (1, [(32, 32)])
    assert wrong_key == unknown == revoked


def test_the_clock_agrees(caller: Credentials) -> None:
    """A coarse look at what the two tests above count: a factor of two would be a defect, noise is less."""
    seconds: dict[str, list[float]] = {caller.username: [], "nobody": []}
    for _ in range(150):
        for username, found in seconds.items():
            started = time.perf_counter()
            with pytest.raises(Unrecognised):
                issue_token(username=username, key="wrong")
            found.append(time.perf_counter() - started)

    known, unknown = (statistics.median(found) for found in seconds.values())
    assert 0.5 < known / unknown < 2
