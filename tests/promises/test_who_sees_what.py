"""Every path, asked with every kind of credential, by callers with every kind of grant: who sees what.

Fails when callers.permissions.GrantedScope.has_permission is `return True`, when `digest=token_digest` is
taken out of callers.tokens._access_by_digest, and when callers.administration.rotate_key keeps the tokens.
"""

from itertools import product

import orjson
import pytest
from django.test import Client
from pytest_django import Settings

from callers.administration import create_caller
from callers.models import Grant
from callers.tokens import forget_tokens
from testbed.events import event
from testbed.tokens import issue_token
from tests.conftest import Credentials, Publish
from tests.promises.credentials import BAD, ENDS, GOOD, Headers

pytestmark = pytest.mark.usefixtures("four_orders", "no_limits")

ORDERS = {
    "A": ("mine", "143"),
    "B": ("mine", "207"),
    "C": ("other", "143"),
    "D": ("other", "207"),
}
"""The channel and the partner of four orders. Granted, if anything, are channel mine and partner 143."""

GRANTS = {
    "channel only": ["channel"],
    "partner only": ["partner"],
    "both": ["channel", "partner"],
    "none": [],
    "revoked grants": [],
}
NAMES = {"channel": ["mine", "other", "nowhere", "143"], "partner": ["143", "207", "nowhere", "mine"]}
IDS = "?" + "&".join(f"id={name}" for name in ORDERS)
PATHS = [
    (kind, name, f"{prefix}/{kind}/{name}/sales-order-status{rest}")
    for prefix, kind, rest in product(["/v3", "/v2", ""], NAMES, ["", f"/id{IDS}"])
    for name in NAMES[kind]
]


@pytest.fixture
def four_orders(publish: Publish) -> None:
    publish(*(event(orderId=name, channelId=at[0], partnerId=at[1]) for name, at in ORDERS.items()))


@pytest.fixture
def no_limits(settings: Settings) -> None:
    settings.CALLER_RATE = settings.ORDER_RATE = "100000/m"


@pytest.fixture(params=GRANTS)
def grants(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def caller(grants: str) -> Credentials:
    """A caller with these grants, beside one who may see all that it may not."""
    create_caller(username="rival", channels=["other"], partners=["207"])
    given = ["channel", "partner"] if grants == "revoked grants" else GRANTS[grants]
    channels, partners = ["mine"] * ("channel" in given), ["143"] * ("partner" in given)
    caller = Credentials("poller", create_caller(username="poller", channels=channels, partners=partners))
    if grants == "revoked grants":
        Grant.objects.filter(caller__username="poller").delete()
    return caller


def seen(headers: Headers, method: str = "GET") -> dict[str, str]:
    """What is answered at each path: the status, and the orders in the body by their ids."""
    client = Client()
    answers = {path: client.generic(method, path, headers=headers) for _, _, path in PATHS}
    return {
        path: f"{answer.status_code} {_orders(answer.content)}".strip() for path, answer in answers.items()
    }


def _orders(body: bytes) -> str:
    content = orjson.loads(body or b"[]")
    rows = content.get("orders", []) if isinstance(content, dict) else content
    return "".join(sorted(row["orderId"] for row in rows if "error" not in row))


def granted(grants: str) -> dict[str, str]:
    """What the contract lets a caller with these grants see: the orders of exactly its channel or partner."""
    visible = {("channel", "mine"): "AB", ("partner", "143"): "AC"}
    return {
        path: f"200 {visible[kind, name]}" if (kind, name) in visible and kind in GRANTS[grants] else "403"
        for kind, name, path in PATHS
    }


@pytest.mark.parametrize("credential", GOOD)
def test_a_good_token_shows_what_is_granted_and_nothing_else(
    caller: Credentials, grants: str, credential: str
) -> None:
    token, _ = issue_token(username=caller.username, key=caller.key)

    assert seen(GOOD[credential](token)) == granted(grants)


def test_head_is_answered_like_get(caller: Credentials, grants: str) -> None:
    token, _ = issue_token(username=caller.username, key=caller.key)

    found = seen({"X-Subject-Token": token}, "HEAD")

    assert found == {path: answer.split()[0] for path, answer in granted(grants).items()}


@pytest.mark.parametrize("grants", ["both", "none"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("credential", BAD)
def test_a_bad_credential_shows_nothing(caller: Credentials, credential: str, method: str) -> None:
    token, _ = issue_token(username=caller.username, key=caller.key)

    found = seen(BAD[credential](caller, token), method)

    assert set(found.values()) == {"401"}


@pytest.mark.parametrize("end", ENDS)
def test_a_token_that_ended_shows_nothing(caller: Credentials, end: str) -> None:
    token, _ = issue_token(username=caller.username, key=caller.key)
    ENDS[end](caller)
    forget_tokens()

    found = seen({"X-Subject-Token": token})

    assert set(found.values()) == {"401"}
