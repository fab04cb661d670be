"""A poll costs the database an index range of what it returns; `make bench` asks a million orders."""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from callers.administration import create_caller
from orders.models import SalesOrder
from stores.waits import allow_long_waits
from testbed.dataset import BIG, Dataset
from testbed.query_plans import MODES, Plan, asked, explain, questions
from testbed.tokens import issue_token
from wire.times import format_time

pytestmark = pytest.mark.django_db

ORDERS = 20_000
NAMES = [*questions({"middle": "", "later": "", "newest": ""}, [""])]

Plans = dict[tuple[str, str], Plan]


@pytest.fixture(scope="module")
def plans(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Plans]:
    """The plan of every question, by its name and by PostgreSQL's way to plan."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM orders_salesorder")  # what earlier tests rolled back still fills the indexes
        cursor.execute("RESET statement_timeout")
    with django_db_blocker.unblock(), transaction.atomic():
        allow_long_waits()
        Dataset(ORDERS, variety=100).load(connection.connection)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        api = _api()
        statements = {name: asked(api, path) for name, path in _questions().items()}
        yield {
            (name, mode): explain(statement, mode) for name, statement in statements.items() for mode in MODES
        }
        transaction.set_rollback(True)


def _questions() -> dict[str, str]:
    orders = SalesOrder.objects.filter(channel_id=BIG).in_feed_order()
    places = {"middle": ORDERS // 2, "later": ORDERS // 2 + 50, "newest": ORDERS - 1}
    times = {name: format_time(orders[place].updated_time) for name, place in places.items()}
    ids = orders.filter(partner_id="143").values_list("order_id", flat=True)[:10]
    return questions(times, list(ids))


def _api() -> Client:
    key = create_caller(username="planner", channels=[BIG], partners=["143"])
    token, _ = issue_token(username="planner", key=key)
    return Client(headers={"X-Subject-Token": token})


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", NAMES)
def test_reads_an_index_range_of_what_it_returns(plans: Plans, name: str, mode: str) -> None:
    plan = plans[name, mode]

    assert plan.faults() == []


def test_reads_one_order_more_than_a_page_shows(plans: Plans) -> None:
    plan = plans["page", "force_generic_plan"]

    assert (plan.rows_read, plan.rows_returned) == (101, 101)


def test_reads_nothing_when_nothing_is_new(plans: Plans) -> None:
    plan = plans["idle poll", "force_generic_plan"]

    assert (plan.rows_read, plan.rows_returned) == (0, 0)


def test_reads_only_the_orders_in_error(plans: Plans) -> None:
    plan = plans["rare filter", "force_custom_plan"]

    assert (plan.rows_read, plan.rows_returned) == (ORDERS // 1000, ORDERS // 1000)
