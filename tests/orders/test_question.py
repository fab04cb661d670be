"""The SQL of a question is kept and used for other values: what a QuerySet method may do, and what not."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.db.models import Exists, OuterRef, Q, Value
from django.test import Client

from callers.models import Scope
from orders.models import SalesOrderQuerySet, Shipment
from orders.question import Miscompiled, Question, statement
from testbed.events import FAR_AHEAD, event, new_orders, shipment_event
from tests.conftest import Publish

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead")]

CHANNEL = Scope("channel", "lazada-th")
STEP = timedelta(microseconds=20)
Narrow = Callable[[SalesOrderQuerySet, Question], Any]


class Narrowed(Question):
    """A question with a method of its own: `narrow` is what it does to the orders."""

    narrow: Narrow

    def orders(self, database: str) -> SalesOrderQuerySet:
        narrowed: SalesOrderQuerySet = type(self).narrow(super().orders(database), self)
        return narrowed


def ids(question: Question) -> list[str]:
    """The order ids that the kept SQL finds."""
    database = settings.FEED_DATABASE
    sql, parameters = statement(question, order_ids, None, database)
    with connections[database].cursor() as cursor:
        cursor.execute(sql, parameters)
        return [order_id for (order_id,) in cursor.fetchall()]


def order_ids(orders: SalesOrderQuerySet) -> Any:
    return orders.values_list("order_id")


def narrowed(narrow: Narrow) -> type[Question]:
    """A kind of question by itself, so that none finds another's SQL."""
    return type("Narrowed", (Narrowed,), {"narrow": staticmethod(narrow)})


def by_kerry(orders: SalesOrderQuerySet, question: Question) -> Any:
    return orders.filter(Exists(Shipment.objects.filter(order=OuterRef("pk"), carrier="KERRY")))


def with_a_constant_before(orders: SalesOrderQuerySet, question: Question) -> Any:
    return orders.annotate(word=Value("later")).filter(word="later")


def between(orders: SalesOrderQuerySet, question: Question) -> Any:
    return orders.filter(updated_time__range=(question.since, question.until))


def used_twice(orders: SalesOrderQuerySet, question: Question) -> Any:
    return orders.filter(Q(channel_id=question.scope.identifier) | Q(partner_id=question.scope.identifier))


@pytest.mark.parametrize(
    ("narrow", "found"),
    [
        (by_kerry, ["O-3"]),
        (with_a_constant_before, ["O-2", "O-3"]),
        (between, ["O-2", "O-3"]),
        (used_twice, ["O-2", "O-3"]),
    ],
)
def test_a_method_with_parameters_of_its_own_works_for_every_value(
    publish: Publish, narrow: Narrow, found: list[str]
) -> None:
    publish(
        *new_orders(4), shipment_event(orderId="O-3", carrier="KERRY"), event(orderId="X", channelId="shop")
    )
    kind = narrowed(narrow)
    elsewhere = kind(Scope("channel", "shop"), since=FAR_AHEAD + 9 * STEP, until=FAR_AHEAD + 9 * STEP)
    here = kind(CHANNEL, since=FAR_AHEAD + STEP, until=FAR_AHEAD + 5 * STEP, ids=("O-1", "O-2", "O-3"))

    assert ids(elsewhere) == []
    assert sorted(ids(here)) == found


class AnHourLater(Question):
    """Asks for another time than it is asked for."""

    def orders(self, database: str) -> SalesOrderQuerySet:
        assert self.since
        return Question(self.scope, since=self.since + timedelta(hours=1)).orders(database)


class Forgetful(Question):
    """Does not ask for what it is asked for."""

    def orders(self, database: str) -> SalesOrderQuerySet:
        return Question(self.scope).orders(database)


@pytest.mark.parametrize("kind", [AnHourLater, Forgetful])
def test_a_method_that_changes_or_drops_a_value_is_refused_with_a_sentence(
    db: None, kind: type[Question]
) -> None:
    with pytest.raises(Miscompiled, match="a QuerySet method must pass the value on as it is"):
        ids(kind(CHANNEL, since=FAR_AHEAD))


def test_every_value_reaches_the_answer(api: Client, publish: Publish) -> None:
    publish(*new_orders(3), event(orderId="O-2", eventId="zz-done", status="COMPLETED"))
    feed = "/v3/channel/lazada-th/sales-order-status"

    completed, new = (
        [order["orderId"] for order in api.get(feed, {"orderStatus": word}).json()["orders"]]
        for word in ("COMPLETED", "NEW")
    )

    assert (completed, new) == (["O-2"], ["O-1", "O-3"])
