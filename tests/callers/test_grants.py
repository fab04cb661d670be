import pytest
from django.test import Client

from callers.administration import create_caller
from testbed.events import event
from testbed.feeds import FEED
from testbed.tokens import issue_token
from tests.conftest import Publish
from tests.shapes import assert_legacy_error, assert_problem

pytestmark = pytest.mark.wire

DETAIL = "This caller may not read that."
SAME = {"X-Request-ID": "same"}


@pytest.mark.parametrize("rest", ["sales-order-status", "sales-order-status/id?id=FRIS00201"])
@pytest.mark.parametrize("kind", ["channel", "partner"])
@pytest.mark.parametrize("prefix", ["/v3", "/v2", ""])
def test_what_is_not_granted_is_refused_whether_or_not_it_exists(
    api: Client, publish: Publish, prefix: str, kind: str, rest: str
) -> None:
    publish(event(channelId="exists", partnerId="exists"))

    there = api.get(f"{prefix}/{kind}/exists/{rest}", headers=SAME)
    nowhere = api.get(f"{prefix}/{kind}/nowhere/{rest}", headers=SAME)

    assert there.content == nowhere.content
    if prefix == "/v3":
        assert_problem(there, 403, "FORBIDDEN", detail=DETAIL)
    else:
        assert_legacy_error(there, 403, errors=[{"message": DETAIL, "reason": "forbidden"}])


@pytest.mark.parametrize(
    "path",
    [
        "/v3/channel/143/sales-order-status",
        "/v3/partner/lazada-th/sales-order-status",
        "/v3/channel/LAZADA-TH/sales-order-status",
        "/v3/channel/lazada-th%20/sales-order-status",
        "/v3/channel/lazada-th%00/sales-order-status",
        "/v3/channel/%FF/sales-order-status",
        "/v3/channel/lazada-th%27%20OR%201=1/sales-order-status",
    ],
)
def test_a_grant_is_one_name_of_one_kind(api: Client, path: str) -> None:
    response = api.get(path)

    assert_problem(response, 403, "FORBIDDEN", detail=DETAIL)


def test_a_refusal_comes_before_the_parameters_are_read(api: Client) -> None:
    response = api.get("/v3/channel/other/sales-order-status?pageSize=0")

    assert response.status_code == 403


def test_a_caller_may_be_granted_what_is_not_there_yet(publish: Publish) -> None:
    key = create_caller(username="early", channels=["opens-soon", "second"])
    api = Client(headers={"X-Subject-Token": issue_token(username="early", key=key)[0]})
    before = api.get("/v3/channel/opens-soon/sales-order-status").json()["orders"]

    publish(event(channelId="opens-soon"))

    after = api.get("/v3/channel/opens-soon/sales-order-status").json()["orders"]
    assert (len(before), len(after)) == (0, 1)
    assert api.get("/v3/channel/second/sales-order-status").status_code == 200


def test_a_caller_of_a_channel_sees_all_its_partners_and_nothing_of_them_elsewhere(
    api: Client, publish: Publish
) -> None:
    publish(
        event(orderId="A", partnerId="other"),
        event(orderId="B", partnerId="other", channelId="shopee-th"),
    )

    found = api.get(FEED).json()["orders"]

    assert [order["orderId"] for order in found] == ["A"]
