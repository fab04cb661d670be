import pytest
from django.test import Client

from testbed.events import at, event, new_orders
from testbed.feeds import PATH
from tests.conftest import Publish
from tests.shapes import assert_legacy_error

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead")]

PREFIXES = pytest.mark.parametrize("prefix", ["/v2", ""], ids=["v2", "alias"])

NO_TIME = "must be an RFC 3339 time with a zone, such as 2026-11-22T08:00:00.000020Z"
EPOCH = "1970-01-01T00:00:00.000000Z"
SIZE = "must be a whole number from 1 to 100"
EMPTY = "must not be empty; leave the parameter out instead"
STATUS = "must be one of NEW, IN_PROGRESS, BACK_ORDERED, COMPLETED, CANCELED, ERROR"

BAD_VALUES = [
    ("since=2026-11-22T08:00:00", f"since. {NO_TIME}; did you mean 2026-11-22T08:00:00Z?"),
    ("since=None", f"since. {NO_TIME}"),
    ("updatedSince=", f"updatedSince. {EMPTY}"),
    ("updatedUntil=" + "2" * 10_000, f"updatedUntil. {NO_TIME}"),
    ("since=2026-11-22T08:00:00Z%00", f"since. {NO_TIME}"),
    ("since=2026-02-30T08:00:00Z", "since. is not a possible date and time"),
    (
        "since=2026-11-22T08:00:00-16:14",
        "since. has an offset that no zone has; offsets lie between -15:59 and +15:59",
    ),
    (
        "since=1317-09-06T04:14:07Z",
        f"since. is out of range: the earliest time is {EPOCH[:19]}Z; did you mean {EPOCH}?",
    ),
    ("page_size=0", f"page_size. {SIZE}"),
    ("page_size=101", f"page_size. {SIZE}; did you mean 100?"),
    ("pageSize=-1", f"pageSize. {SIZE}"),
    ("pageSize=1.5", f"pageSize. {SIZE}"),
    ("pageSize=ten", f"pageSize. {SIZE}"),
    ("orderStatus=new", f"orderStatus. {STATUS}; did you mean NEW?"),
    ("orderStatus=DELIVERED", f"orderStatus. {STATUS}"),
    ("pageSize=5&pageSize=5", "pageSize. is repeated: send it once"),
    (f"since={at(1)}&updatedSince={at(1)}", "since. means the same as updatedSince: send one of them"),
    (
        "since=2026-01-02T00:00:00Z&updatedUntil=2026-01-01T00:00:00Z",
        "since. is after updatedUntil: the window is empty for ever",
    ),
]


@PREFIXES
@pytest.mark.parametrize(("query", "message"), BAD_VALUES, ids=[query[:40] for query, _ in BAD_VALUES])
def test_a_bad_value_of_a_known_parameter_is_refused(
    api: Client, prefix: str, query: str, message: str
) -> None:
    response = api.get(f"{prefix}{PATH}?{query}")

    error = {"message": message, "reason": "invalid_value"}
    assert_legacy_error(response, 400, message="Validation Failed", errors=[error])


@PREFIXES
@pytest.mark.parametrize(
    "query",
    [
        "id=None",
        "status=",
        "status=NEW",
        "Since=never",
        "id=A&id=B",
        "x%00y=1",
        "a" * 10_000,
        "=",
        "&&&",
        "%FF=%FF",
    ],
    ids=lambda query: query[:20],
)
def test_unknown_parameters_mean_nothing(api: Client, publish: Publish, prefix: str, query: str) -> None:
    publish(*new_orders(2))

    response = api.get(f"{prefix}{PATH}?{query}")

    assert [order["orderId"] for order in response.json()] == ["O-1", "O-2"]


@PREFIXES
@pytest.mark.parametrize("name", ["since", "updatedSince"])
def test_a_time_in_the_far_future_gives_an_empty_page(
    api: Client, publish: Publish, prefix: str, name: str
) -> None:
    publish(event())

    response = api.get(f"{prefix}{PATH}?{name}=3016-01-01T00:00:00Z")

    assert (response.status_code, response.content) == (200, b"[]")
