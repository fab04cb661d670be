"""Any list of ids, any query string, any file: answered or refused as promised, and never with a surprise.

Times, lines and events have more properties of their own: tests/wire/test_times.py and test_any_time.py,
tests/orders/publishing/test_ndjson.py and test_any_line.py.
"""

import gzip
import io
import re
from contextlib import suppress
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from orders.publishing.decoding import read_event
from orders.publishing.events import EventRefused, PublishedEvent, Unreadable, Withdrawal
from orders.publishing.ndjson import BYTE_ORDER_MARK, MAX_LINE_BYTES, read_lines
from testbed.events import new_orders
from testbed.feeds import PATH
from tests.conftest import Publish

pytestmark = pytest.mark.django_db

KNOWN = ["O-1", "O-2", "O-3", "O-4"]
IDS = st.lists(st.sampled_from(KNOWN) | st.text(st.characters(codec="utf-8"), max_size=102), max_size=12)
NAMES = ["updatedSince", "since", "updatedUntil", "orderStatus", "pageSize", "page_size", "id", "status"]
PIECES = st.sampled_from([*NAMES, *"=&;%+#?", "%00", "%FF", "%ED%A0%80", "2026-11-22T08:00:00Z", "1", "NEW"])
QUERIES = st.lists(PIECES | st.from_regex(r"\A[!-~]{1,4}\Z"), max_size=12).map("".join)

with_fixtures = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(autouse=True)
def unlimited(settings: Settings) -> None:
    settings.CALLER_RATE = settings.ORDER_RATE = "1000000/m"


@pytest.fixture
def four_orders(publish: Publish) -> None:
    publish(*new_orders(len(KNOWN)))


def is_taken(ids: list[str]) -> bool:
    """Contract, section 3: 1 to 10 ids, none of them empty or with a control character."""
    return 1 <= len(ids) <= 10 and all(re.fullmatch("[^\0-\x1f\x7f]{1,100}", name) for name in ids)


@given(ids=IDS)
@with_fixtures
@pytest.mark.usefixtures("four_orders")
def test_ids_come_back_once_each_in_the_order_asked_for(api: Client, ids: list[str]) -> None:
    v3, v2 = (api.get(f"/{version}{PATH}/id", {"id": ids}) for version in ("v3", "v2"))

    once = [*dict.fromkeys(ids)]
    assert v3.status_code == v2.status_code == (200 if is_taken(ids) else 400)
    if is_taken(ids):
        found: Any = v3.json()
        assert [order["orderId"] for order in found["orders"]] == [name for name in once if name in KNOWN]
        assert found["notFound"] == [name for name in once if name not in KNOWN]
        assert [row["orderId"] for row in v2.json()] == once
        assert [row["orderId"] for row in v2.json() if "error" in row] == found["notFound"]


@pytest.mark.parametrize(
    "path", [f"/{version}{PATH}{rest}" for version in ("v3", "v2") for rest in ("", "/id")]
)
@given(query=QUERIES)
@with_fixtures
@pytest.mark.usefixtures("four_orders")
def test_any_query_string_is_answered_or_refused(api: Client, path: str, query: str) -> None:
    response = api.generic("GET", path, QUERY_STRING=query)

    assert response.status_code in (200, 400)
    if response.status_code == 400 and path.startswith("/v3"):
        errors = response.json()["errors"]
        assert errors
        assert all(error["parameter"] is not None and error["detail"] for error in errors)


@given(
    st.binary(max_size=300), st.sampled_from([bytes, gzip.compress, lambda data: gzip.compress(data)[:-9]])
)
def test_any_file_is_read_line_by_line_without_a_surprise(data: bytes, pack: Any) -> None:
    lines = [*read_lines(io.BufferedReader(io.BytesIO(pack(data))))]

    for line in lines:
        assert isinstance(line, bytes | Unreadable)
        with suppress(EventRefused):
            assert isinstance(read_event(line), PublishedEvent | Withdrawal)


NEAR_MAX = st.integers(MAX_LINE_BYTES - 5, MAX_LINE_BYTES + 5)
LENGTHS = st.integers(0, 4) | NEAR_MAX | st.just(3 * MAX_LINE_BYTES)


@given(st.lists(LENGTHS, max_size=5), st.booleans(), st.sampled_from([bytes, gzip.compress]))
@settings(max_examples=30, deadline=None)
def test_a_line_that_is_too_long_takes_no_other_along(lengths: list[int], marked: bool, pack: Any) -> None:
    lines = [b"x" * length + b"\n" for length in lengths]
    mark = BYTE_ORDER_MARK * marked

    found = [*read_lines(io.BufferedReader(io.BytesIO(pack(mark + b"".join(lines)))))]

    sizes = [len(line) + len(mark) * (number == 0) for number, line in enumerate(lines)]
    expected = [line if size <= MAX_LINE_BYTES else None for line, size in zip(lines, sizes, strict=True)]
    assert [line if isinstance(line, bytes) else None for line in found if line] == expected
