"""`manage.py render_documents`, and the check at the start that asks for it."""

import io
from datetime import datetime

import pytest
from django.core.management import call_command

from acommerce_status.checks import check_documents
from orders import fragments
from orders.models import REPRESENTATION, STEP, FeedClock, SalesOrder
from orders.publishing import ingest
from testbed.events import event, new_orders
from tests.orders.publishing.damages import document
from tests.orders.publishing.test_audit import audit
from tests.published import shown
from wire.times import format_time

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("committed")]

OLDER = REPRESENTATION - 1


@pytest.fixture(autouse=True)
def orders(committed: None) -> None:
    """FRIS00201, and four more that are as they should be."""
    ingest.publish([event(), *new_orders(4)])


def make_older(**fields: object) -> None:
    """As older code would have stored the order FRIS00201."""
    changed = SalesOrder.objects.filter(order_id="FRIS00201").update(representation=OLDER, **fields)
    assert changed == 1


def times() -> dict[str, datetime]:
    return dict(SalesOrder.objects.values_list("order_id", "updated_time"))


def render_documents(*arguments: str) -> str:
    out = io.StringIO()
    call_command("render_documents", *arguments, stdout=out)
    return out.getvalue()


def warnings() -> list[str]:
    return [warning.id or "" for warning in check_documents(None, databases=["default"])]


def test_with_nothing_older_nothing_is_due() -> None:
    assert warnings() == []
    assert render_documents() == "rewritten 0, of which 0 got a new updatedTime\n"


def test_an_older_document_of_the_same_meaning_is_rewritten_where_it_is() -> None:
    before, meant = times(), shown()
    make_older(document=f" {document()}")

    said = render_documents()

    order = SalesOrder.objects.get(order_id="FRIS00201")
    assert said == "rewritten 1, of which 0 got a new updatedTime\n"
    assert (order.document, order.representation) == (document(), REPRESENTATION)
    assert (times(), shown()) == (before, meant)


def test_orders_of_the_first_release_get_fragments_where_they_are() -> None:
    before = times()
    SalesOrder.objects.update(representation=1, fragment=None, fragment_time=None)

    said = render_documents()

    assert said == "rewritten 5, of which 0 got a new updatedTime\n"
    assert times() == before
    assert audit() == (["Everything is as promised."], "")


@pytest.mark.parametrize("arguments", [[], ["--keep-times"]])
def test_what_a_publisher_of_the_first_release_rewrote_gets_a_fragment_again(arguments: list[str]) -> None:
    time = FeedClock.newest() + STEP
    make_older(updated_time=time, document=document(orderStatus="NEW", updatedTime=format_time(time)))

    said = render_documents(*arguments)

    order = SalesOrder.objects.get(order_id="FRIS00201")
    assert said == "rewritten 1, of which 0 got a new updatedTime\n"
    assert order.updated_time == order.fragment_time == time
    assert fragments.read(bytes(order.fragment or b"")) == (order.document.encode(), format_time(time))


def test_an_older_document_of_another_meaning_moves_to_the_end_of_the_feed() -> None:
    before, right = times(), shown()
    make_older(document=document(newInTheirNextRelease=1))

    said = render_documents()

    after = times()
    assert said == "rewritten 1, of which 1 got a new updatedTime\n"
    assert after.pop("FRIS00201") > max(before.values())
    assert after.items() < before.items()
    assert shown() | {"updatedTime": None} == right | {"updatedTime": None}


def test_keep_times_moves_no_order_whatever_it_meant() -> None:
    before, right = times(), shown()
    make_older(document=document(newInTheirNextRelease=1))

    said = render_documents("--keep-times")

    assert said == "rewritten 1, of which 0 got a new updatedTime\n"
    assert (times(), shown()) == (before, right)


def test_what_older_code_stores_after_it_has_finished_is_noticed_at_the_next_start() -> None:
    make_older()
    first = warnings()
    render_documents()
    finished = warnings()
    make_older(document=document(newInTheirNextRelease=1))

    noticed = warnings()
    render_documents()

    assert (first, finished, noticed, warnings()) == (["orders.W001"], [], ["orders.W001"], [])


@pytest.mark.django_db
def test_the_check_asks_no_database_that_it_was_not_given() -> None:
    make_older()

    assert check_documents(None) == []
