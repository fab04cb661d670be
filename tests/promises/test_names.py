"""What is accepted can be granted and polled, by ordinary clients over HTTP; what could not be is refused."""

from urllib.parse import quote

import httpx2
import pytest

from callers.administration import CallerRefused, create_caller
from orders.models import SalesOrder
from orders.publishing import ingest
from testbed.events import event, withdrawal
from testbed.servers import Server
from testbed.tokens import issue_token
from tests.published import shown
from wire.names import NAME_RULE

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed")]

GOOD = [
    "%2F",
    "a%2Fb",
    "...",
    "%",
    "%00",
    "?",
    "#",
    "a;b",
    "a+b",
    " a",
    "a\\b",
    "ร้าน-ไทย",
    "𠮷" * 100,
    "e\u0301",
]
BAD = ["", "a/b", ".", "..", "a\u00a0b", "a\u200bb", "a\u0085b", "x" * 101]


def _grant(kind: str, name: str) -> str:
    """The key of a new caller."""
    names = {"channel": [name], "partner": []} if kind == "channel" else {"channel": [], "partner": [name]}
    return create_caller(username="strange", channels=names["channel"], partners=names["partner"])


@pytest.mark.parametrize("kind", ["channel", "partner"])
@pytest.mark.parametrize("name", GOOD)
def test_a_strange_name_that_is_accepted_is_polled(server: Server, kind: str, name: str) -> None:
    assert ingest.publish([event(**{f"{kind}Id": name})]).published == 1
    key = _grant(kind, name)
    token = issue_token(username="strange", key=key)[0]

    answer = httpx2.get(
        f"{server.url}/v3/{kind}/{quote(name, safe='')}/sales-order-status",
        headers={"X-Subject-Token": token},
    )

    assert [order[f"{kind}Id"] for order in answer.json()["orders"]] == [name]


@pytest.mark.parametrize("kind", ["channel", "partner"])
@pytest.mark.parametrize("name", BAD)
def test_a_name_that_cannot_be_granted_is_not_published(kind: str, name: str) -> None:
    assert ingest.publish([event(**{f"{kind}Id": name})]) == ingest.Summary(rejected=1)
    with pytest.raises(CallerRefused) as refused:
        _grant(kind, name)
    assert str(refused.value).endswith(f" is not a name: {NAME_RULE}.")


def test_an_order_of_such_a_channel_from_the_first_release_takes_withdrawals_only() -> None:
    ingest.publish([event(eventId="a"), event(eventId="b")])
    SalesOrder.objects.update(channel_id="a/b")

    revised = ingest.publish([event(eventId="a", revision=2, channelId="a/b")])
    withdrawn = ingest.publish([withdrawal("b")])
    SalesOrder.objects.update(channel_id="lazada-th")

    assert (revised.rejected, withdrawn.deleted) == (1, 1)
    assert [entry["eventId"] for entry in shown()["statusHistory"]] == ["a"]
