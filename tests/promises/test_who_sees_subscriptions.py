"""Every path of subscriptions, every credential, callers with every kind of grant: who sees and does what.

Fails when callers.permissions.GrantedScope.has_permission is `return True`, and when `caller_id=caller_id` or
the scope is taken out of delivery.registration.verbs.subscriptions_of.
"""

from typing import Any

import orjson
import pytest
from django.test import Client
from pytest_django import Settings

from callers.administration import create_caller
from callers.models import Caller, Grant, Scope
from callers.tokens import forget_tokens
from delivery.models import Attempt, HeldOrder, Subscription
from delivery.registration.creating import create
from testbed.tokens import issue_token
from tests.conftest import Credentials
from tests.promises.credentials import BAD, ENDS, GOOD, Headers

pytestmark = pytest.mark.usefixtures("deliverable", "no_limits")

GRANTED = [("channel", "mine"), ("partner", "143")]
GRANTS = {"channel only": GRANTED[:1], "partner only": GRANTED[1:], "both": GRANTED, "none": []}
SCOPES = [*GRANTED, ("channel", "other"), ("partner", "207"), ("partner", "mine")]
NEW: dict[str, Any] = {
    "name": "A",
    "mechanism": "webhook",
    "active": True,
    "contactEmail": None,
    "orderStatus": None,
    "start": "beginning",
    "webhook": {
        "url": "https://shop.example/",
        "format": "SALES_ORDER_STATUS_V3",
        "rate": None,
        "concurrency": 8,
    },
}
LISTS = ["subscriptions", "hooks"]
OPERATIONS: list[tuple[str, str, Any]] = [
    ("GET", "subscriptions/{id}", None),
    ("PATCH", "subscriptions/{id}", {"name": "Taken over"}),
    ("DELETE", "subscriptions/{id}", None),
    ("POST", "subscriptions/{id}/test", {}),
    ("POST", "subscriptions/{id}/replay", {"updatedSince": None}),
    ("POST", "subscriptions/{id}/resend", {"channelId": "mine", "orderId": "A"}),
    ("POST", "subscriptions/{id}/rotate-secret", {}),
    ("GET", "subscriptions/{id}/held", None),
    ("GET", "subscriptions/{id}/attempts", None),
    ("GET", "subscriptions/{id}/batches", None),
    ("GET", "subscriptions/{id}/batches/1", None),
    ("GET", "hooks/{id}", None),
    ("DELETE", "hooks/{id}", None),
]


@pytest.fixture
def no_limits(settings: Settings) -> None:
    settings.CALLER_RATE = settings.CREATION_RATE = "100000/m"


@pytest.fixture(params=GRANTS)
def grants(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def caller(grants: str) -> Credentials:
    """A caller with these grants, that had all of them once and subscribed everywhere, as its rival did."""
    names = {kind: [name for of_kind, name in SCOPES if of_kind == kind] for kind in ("channel", "partner")}
    for username in ("rival", "poller"):
        key = create_caller(username=username, channels=names["channel"], partners=names["partner"])
        for scope in SCOPES:
            create(Caller.objects.get(username=username).pk, Scope(*scope), NEW)
    for grant in Grant.objects.filter(caller__username="poller"):
        if (grant.kind, grant.identifier) not in GRANTS[grants]:
            grant.delete()
    return Credentials("poller", key)


def ids(username: str) -> dict[tuple[str, str], str]:
    """The subscription of a caller, by its scope."""
    rows = Subscription.objects.filter(caller__username=username)
    return {(row.kind, row.identifier): row.public_id for row in rows}


def stored() -> list[Any]:
    """All that is stored of subscriptions."""
    kinds = (Subscription, HeldOrder, Attempt)
    return [row for kind in kinds for row in kind.objects.order_by("pk").values()]


def ask(headers: Headers, method: str, path: str, body: Any = None) -> Any:
    content = b"" if body is None else orjson.dumps(body)
    return Client().generic(method, path, content, content_type="application/json", headers=headers)


def statuses(headers: Headers, numbers: list[str]) -> dict[tuple[str, str], set[int]]:
    """What is answered under each scope, to every operation on each of these subscriptions."""
    return {
        (kind, name): {
            ask(headers, method, f"/{kind}/{name}/{path.format(id=number)}", body).status_code
            for number in numbers
            for method, path, body in OPERATIONS
        }
        for kind, name in SCOPES
    }


@pytest.mark.parametrize("credential", GOOD)
def test_lists_show_the_callers_own_under_what_is_granted(
    caller: Credentials, grants: str, credential: str
) -> None:
    headers = GOOD[credential](issue_token(username=caller.username, key=caller.key)[0])
    own = ids("poller")

    for kind, name in SCOPES:
        answers = [ask(headers, "GET", f"/{kind}/{name}/{path}") for path in LISTS]
        is_granted = (kind, name) in GRANTS[grants]
        assert [answer.status_code for answer in answers] == [200 if is_granted else 403] * 2
        if is_granted:
            listed = answers[0].json()["subscriptions"]
            assert [one["subscriptionId"] for one in listed] == [own[kind, name]]
            assert [one["id"] for one in answers[1].json()] == [own[kind, name]]


def test_what_is_not_the_callers_under_this_scope_is_not_there(caller: Credentials, grants: str) -> None:
    headers = {"X-Subject-Token": issue_token(username=caller.username, key=caller.key)[0]}
    own = ids("poller")
    strange = [*ids("rival").values(), *(own[scope] for scope in SCOPES if scope not in GRANTED), "sub0"]
    before = stored()

    found = statuses(headers, strange)

    assert found == {scope: {404} if scope in GRANTS[grants] else {403} for scope in SCOPES}
    assert stored() == before


@pytest.mark.parametrize("grants", ["both"], indirect=True)
@pytest.mark.parametrize("credential", BAD)
def test_a_bad_credential_sees_and_does_nothing(caller: Credentials, credential: str) -> None:
    headers = BAD[credential](caller, issue_token(username=caller.username, key=caller.key)[0])
    before = stored()

    found = statuses(headers, [ids("poller")["channel", "mine"]])
    found["lists", ""] = {ask(headers, "GET", f"/channel/mine/{path}").status_code for path in LISTS}
    found["new", ""] = {ask(headers, "POST", f"/channel/mine/{path}", NEW).status_code for path in LISTS}

    assert all(answers == {401} for answers in found.values()), found
    assert stored() == before


@pytest.mark.parametrize("grants", ["both"], indirect=True)
@pytest.mark.parametrize("end", ENDS)
def test_a_token_that_ended_does_nothing(caller: Credentials, end: str) -> None:
    headers = {"X-Subject-Token": issue_token(username=caller.username, key=caller.key)[0]}
    ENDS[end](caller)
    forget_tokens()
    before = stored()

    found = statuses(headers, [ids("poller")["channel", "mine"]])

    assert found == {scope: {401} for scope in SCOPES}
    assert stored() == before
