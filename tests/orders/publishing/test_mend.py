"""`manage.py mend_order` and `mend_event`: what one wrong line did is set right."""

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client

from orders.models import FeedClock, FeedHead, SalesOrder, StatusEvent
from orders.publishing import ingest
from orders.publishing.audit import audit
from testbed.events import Fields, at, event, shipment_event, withdrawal
from tests.conftest import Publish
from tests.published import history, shown, updated_time

pytestmark = [pytest.mark.wire, pytest.mark.django_db]

CHANNEL = "/v3/channel/lazada-th/sales-order-status"
PARTNER = "/v3/partner/143/sales-order-status"
POISON = 2**63 - 1


def manage(*arguments: str) -> str:
    """What the command prints."""
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.mark.usefixtures("far_ahead")
def test_an_order_that_came_with_a_wrong_partner_is_given_to_the_right_one(
    api: Client, publish: Publish
) -> None:
    publish(event(eventId="a", partnerId="wrong"))
    publish(shipment_event(eventId="b", partnerId="wrong"))
    before = shown()

    printed = manage("mend_order", "lazada-th", "FRIS00201", "--partner", "143")

    after = before | {"partnerId": "143", "updatedTime": at(3)}
    assert printed == "Order FRIS00201 of channel lazada-th is of partner 143 now.\n"
    assert api.get(CHANNEL, {"updatedSince": at(2)}).json()["orders"] == [after]
    assert api.get(PARTNER, {"updatedSince": at(2)}).json()["orders"] == [after]
    assert FeedHead.objects.get(kind="partner", identifier="143").updated_time == updated_time()


@pytest.mark.usefixtures("far_ahead")
def test_the_old_partner_does_not_see_the_order_any_more_and_is_not_told(
    api: Client, publish: Publish
) -> None:
    publish(event(orderId="kept"))
    publish(event())
    head = FeedHead.objects.get(kind="partner", identifier="143").updated_time

    manage("mend_order", "lazada-th", "FRIS00201", "--partner", "144")

    page = api.get(PARTNER).json()
    assert [order["orderId"] for order in page["orders"]] == ["kept"]
    assert api.get(PARTNER, {"updatedSince": at(2)}).json()["orders"] == []
    assert api.get(f"{PARTNER}/id", {"id": "FRIS00201"}).json()["notFound"] == ["FRIS00201"]
    assert FeedHead.objects.get(kind="partner", identifier="143").updated_time == head


def test_lines_with_the_right_partner_are_taken_from_then_on_and_others_refused(publish: Publish) -> None:
    publish(event(eventId="a", partnerId="wrong"))

    manage("mend_order", "lazada-th", "FRIS00201", "--partner", "143")
    publish(event(eventId="b"))

    assert ingest.publish([event(eventId="c", partnerId="wrong")]) == ingest.Summary(rejected=1)
    assert history() == ["a", "b"]


@pytest.mark.parametrize("poison", [event(eventId="a", revision=POISON), withdrawal("a", POISON)])
def test_an_event_that_a_wrong_revision_shut_out_is_taken_again(publish: Publish, poison: Fields) -> None:
    publish(event(eventId="a"), event(eventId="b"))
    ingest.publish([poison])
    before = shown()

    printed = manage("mend_event", "a", "--revision", "1")
    unchanged = shown()
    publish(event(eventId="a", revision=2, detail="right"))

    assert printed == "Event a has revision 1 now: later ones are taken.\n"
    assert unchanged == before
    assert shown()["statusHistory"][0]["detail"] == "right"


def test_an_event_that_was_shut_out_before_it_came_is_taken(publish: Publish) -> None:
    ingest.publish([withdrawal("a", POISON)])
    assert ingest.publish([event(eventId="a")]) == ingest.Summary(unchanged=1)

    manage("mend_event", "a", "--revision", "0")
    publish(event(eventId="a"))

    assert history() == ["a"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["mend_order", "lazada-th", "X", "--partner", "1"], "There is no order X of channel lazada-th."),
        (["mend_order", "x", "FRIS00201", "--partner", "1"], "There is no order FRIS00201 of channel x."),
        (
            ["mend_order", "lazada-th", "FRIS00201", "--partner", "143"],
            "Order FRIS00201 of channel lazada-th is of partner 143 already.",
        ),
        (
            ["mend_order", "lazada-th", "FRIS00201", "--partner", "a/b"],
            "'a/b' is not a partner: use 1 to 100 printable characters, no slash, and neither . nor ...",
        ),
        (["mend_event", "X", "--revision", "1"], "There is no event X."),
        (["mend_event", "a", "--revision", "-1"], "A revision to go on after is 0 to 9223372036854775806."),
        (
            ["mend_event", "a", "--revision", str(2**63 - 1)],
            "A revision to go on after is 0 to 9223372036854775806.",
        ),
    ],
)
def test_what_cannot_be_mended_is_said_and_nothing_changes(
    publish: Publish, arguments: list[str], sentence: str
) -> None:
    publish(event(eventId="a"))
    before = (FeedClock.newest(), shown(), StatusEvent.objects.get().revision)

    with pytest.raises(CommandError) as failed:
        manage(*arguments)

    assert str(failed.value) == sentence
    assert (FeedClock.newest(), shown(), StatusEvent.objects.get().revision) == before


def test_an_order_without_events_is_left_to_audit(publish: Publish) -> None:
    publish(event())
    StatusEvent.objects.all().delete()

    with pytest.raises(CommandError, match="Order FRIS00201 has no events"):
        manage("mend_order", "lazada-th", "FRIS00201", "--partner", "144")


def test_who_mended_what_is_in_the_log(publish: Publish, caplog: pytest.LogCaptureFixture) -> None:
    publish(event(eventId="a"))

    manage("mend_order", "lazada-th", "FRIS00201", "--partner", "144")
    manage("mend_event", "a", "--revision", "7")

    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [
        "mend_order: order 'FRIS00201' of channel 'lazada-th', of partner '143', is of partner '144' now",
        "mend_event: event 'a' had revision 1 and has 7 now",
    ]


@pytest.mark.usefixtures("committed")
def test_mending_beside_publishing_loses_nothing() -> None:
    rounds = 30
    ingest.publish([event(eventId="a")])

    def mend() -> None:
        for number in range(rounds):
            manage("mend_order", "lazada-th", "FRIS00201", "--partner", f"p{number}")
            manage("mend_event", "a", "--revision", "1")
        connections.close_all()

    summary = ingest.Summary()
    with ThreadPoolExecutor(1) as threads:
        mending = threads.submit(mend)
        for number in range(rounds):
            partner = SalesOrder.objects.get(order_id="FRIS00201").partner_id
            lines = [event(eventId=f"e{number}", partnerId=partner), event(orderId="other")]
            summary.add(ingest.publish(lines))
        mending.result()

    assert summary.published + summary.rejected == 2 * rounds
    assert len(history()) == 1 + summary.published - rounds
    assert shown()["partnerId"] == SalesOrder.objects.get(order_id="FRIS00201").partner_id == "p29"
    assert not list(audit(SalesOrder.objects.all()))
