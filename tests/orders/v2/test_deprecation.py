import pytest
from django.test import Client
from pytest_django import Settings

from testbed.events import at, new_orders
from testbed.feeds import PATH
from tests.conftest import Publish
from wire.times import parse_time

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead")]

DOCS = '<http://testserver/docs/v2-to-v3>; rel="deprecation"; type="text/html"'


@pytest.fixture(autouse=True)
def dates(settings: Settings) -> None:
    settings.V2_DEPRECATED_SINCE = parse_time("2026-11-01T00:00:00Z")
    settings.V2_SUNSET = parse_time("2027-11-01T00:00:00Z")


@pytest.mark.parametrize(
    "path",
    [
        PATH,
        f"/v2{PATH}",
        f"{PATH}/id?id=A",
        f"{PATH}?pageSize=0",
        "/v2/channel/other/sales-order-status",
    ],
)
def test_every_answer_of_v2_says_since_when_it_is_deprecated_and_when_it_ends(api: Client, path: str) -> None:
    response = api.get(path)

    assert response["Deprecation"] == "@1793491200"
    assert response["Sunset"] == "Mon, 01 Nov 2027 00:00:00 GMT"


def test_v3_says_nothing_of_the_kind(api: Client) -> None:
    response = api.get(f"/v3{PATH}")

    assert not {"Deprecation", "Sunset", "Link"} & set(response.headers)


def test_link_names_the_next_page_the_successor_and_the_docs(api: Client, publish: Publish) -> None:
    publish(*new_orders(2))

    response = api.get(
        f"/v2{PATH}?since={at(0)}&page_size=1&orderStatus=NEW&updatedUntil={at(2)}&status=x&id=None"
    )

    following = (
        f"http://testserver/v2{PATH}?since={at(1)}&page_size=1&orderStatus=NEW&updatedUntil={at(2)}"
        "&status=x&id=None"
    )
    successor = (
        f"http://testserver/v3{PATH}?updatedSince={at(0)}&pageSize=1&orderStatus=NEW&updatedUntil={at(2)}"
    )
    assert response["Link"] == f'<{following}>; rel="next", <{successor}>; rel="successor-version", {DOCS}'


@pytest.mark.parametrize("prefix", ["/v2", ""])
@pytest.mark.parametrize("rest", ["", "/id?id=A&id=B"])
def test_the_successor_answers_the_same_question(api: Client, prefix: str, rest: str) -> None:
    response = api.get(f"{prefix}{PATH}{rest}")

    assert response["Link"] == f'<http://testserver/v3{PATH}{rest}>; rel="successor-version", {DOCS}'
    assert api.get(f"/v3{PATH}{rest}").status_code == 200
