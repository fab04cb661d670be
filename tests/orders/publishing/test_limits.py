"""How large an order may get (contract, section 8)."""

from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.models import SalesOrder, Shipment
from orders.publishing import ingest, limits
from orders.publishing.decoding import read_event
from orders.publishing.events import PublishedEvent
from testbed.events import Fields, event, shipment_event, withdrawal
from tests.published import history, shown

pytestmark = [pytest.mark.wire, pytest.mark.django_db]

SMALL = 3000


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a few events reach."""
    monkeypatch.setattr(limits, "MAX_EVENTS", 4)
    monkeypatch.setattr(limits, "MAX_DOCUMENT_BYTES", SMALL)


def reasons(*lines: Fields, batch_size: int = 100) -> list[str]:
    rejects: list[ingest.Rejected] = []
    ingest.publish(lines, batch_size=batch_size, on_rejected=rejects.append)
    return [each.reason for each in rejects]


def size() -> int:
    return max(len(text.encode()) for text in SalesOrder.objects.values_list("document", flat=True))


FULL = "orderId: the order has 4 events, and takes no more"
LARGE = "orderId: the order would be larger than 3000 bytes"


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("batch_size", [1, 100])
def test_an_order_takes_so_many_events_and_no_more(batch_size: int) -> None:
    lines = [event(eventId=name) for name in "abcde"]

    assert reasons(*lines, batch_size=batch_size) == [FULL]
    assert history() == ["a", "b", "c", "d"]


@pytest.mark.usefixtures("small")
def test_a_withdrawn_event_still_counts_and_can_come_back() -> None:
    reasons(*[event(eventId=name) for name in "abcd"])

    assert reasons(withdrawal("a"), event(eventId="e")) == [FULL]
    assert reasons(event(eventId="a", revision=3), event(eventId="b", revision=2)) == []
    assert history() == ["a", "b", "c", "d"]


@pytest.mark.usefixtures("small")
def test_other_orders_are_not_concerned() -> None:
    reasons(*[event(eventId=name) for name in "abcd"])

    assert reasons(event(orderId="other")) == []


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("batch_size", [1, 100])
def test_an_event_that_makes_the_document_too_large_is_refused(batch_size: int) -> None:
    lines = [event(eventId="a", detail="ก" * 700), event(eventId="b", detail="x" * 1000), event(eventId="c")]

    assert reasons(*lines, batch_size=batch_size) == [LARGE]
    assert history() == ["a", "c"]


@pytest.mark.usefixtures("small")
def test_a_revision_that_makes_the_document_too_large_is_refused_and_the_former_stays() -> None:
    reasons(event(eventId="a", detail="x" * 1000))

    assert reasons(event(eventId="a", revision=2, detail="x" * 3000)) == [LARGE]
    assert reasons(event(eventId="a", revision=3, detail="y" * 2000)) == []
    assert shown()["statusHistory"][0]["detail"] == "y" * 2000


def test_an_order_that_is_larger_already_takes_revisions_and_deletions_and_nothing_new(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reasons(*[event(eventId=name, detail="x" * 1000) for name in "abcd"])
    monkeypatch.setattr(limits, "MAX_DOCUMENT_BYTES", SMALL)
    monkeypatch.setattr(limits, "MAX_EVENTS", 2)

    assert reasons(event(eventId="a", revision=2, detail="x" * 2000), withdrawal("b")) == []
    assert reasons(event(eventId="e")) == ["orderId: the order has 2 events, and takes no more"]
    assert history() == ["a", "c", "d"]


@pytest.mark.parametrize("batch_size", [1, 100])
def test_an_event_that_moves_on_and_on_makes_no_end_of_shipments(
    monkeypatch: pytest.MonkeyPatch, batch_size: int
) -> None:
    monkeypatch.setattr(limits, "MAX_SHIPMENTS", 3)
    lines = [shipment_event(eventId="a", revision=n, shipmentId=f"S-{n}") for n in range(1, 6)]

    found = reasons(*lines, batch_size=batch_size)
    again = reasons(shipment_event(eventId="a", revision=9, shipmentId="S-1"), event(eventId="b"))

    assert found == ["shipmentId: the order has had 3 shipments, and takes no more"] * 2
    assert again == []
    assert [shipment["shipmentId"] for shipment in shown()["shipments"]] == ["S-1"]
    assert Shipment.objects.count() <= 3


LONG = {"trackingId": "𠮷" * 100, "carrier": "𠮷" * 100}
SHORT = {"trackingId": "x", "carrier": "x"}


@pytest.mark.usefixtures("small")
def test_tracking_numbers_and_carriers_count() -> None:
    lines = [shipment_event(shipmentId=f"S-{number}", **LONG) for number in range(4)]

    assert reasons(*lines) == [LARGE, LARGE]
    assert size() <= SMALL


def test_what_shows_when_a_later_event_no_longer_hides_it_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_DOCUMENT_BYTES", SMALL)
    for number in range(3):
        shipment = {"shipmentId": f"S-{number}", "eventTime": "2026-11-21T00:00:00Z"}
        reasons(shipment_event(shipmentId=f"S-{number}", **LONG), batch_size=1)
        reasons(shipment_event(eventId=f"b{number}", **shipment | SHORT), batch_size=1)
    blank = {"trackingId": None, "carrier": None, "eventTime": "2026-11-21T00:00:00Z", "revision": 2}

    found = reasons(*[shipment_event(eventId=f"b{n}", shipmentId=f"S-{n}", **blank) for n in range(3)])

    assert set(found) == {LARGE}
    assert size() <= SMALL


def _any_event(draw: Any, number: int) -> Fields:
    texts = st.one_of(st.none(), st.text(st.sampled_from('aก𠮷"\\'), max_size=100))
    fields: Fields = {
        "eventId": f"e{draw(st.integers(0, 6))}",
        "revision": number + 1,
        "eventTime": f"2026-11-20T03:11:{draw(st.integers(10, 59))}Z",
        "detail": draw(st.one_of(st.none(), st.text(st.sampled_from('aก𠮷"\n\x01'), max_size=300))),
    }
    if draw(st.booleans()):
        names = {
            "shipmentId": f"S{draw(st.integers(0, 2))}",
            "trackingId": draw(texts),
            "carrier": draw(texts),
        }
        words = {"status": draw(st.sampled_from(["LOST", "OUT_FOR_DELIVERY"])), "detailedStatus": draw(texts)}
        return shipment_event(**fields | names | words)
    return event(**fields | {"status": draw(st.sampled_from(["NEW", "BACK_ORDERED"]))})


@st.composite
def any_events(draw: Any) -> list[Fields]:
    """Events of one order, their revisions and deletions, enough to make it too large."""
    lines = [_any_event(draw, number) for number in range(draw(st.integers(1, 25)))]
    return [
        withdrawal(line["eventId"], line["revision"]) if draw(st.integers(0, 5)) == 0 else line
        for line in lines
    ]


@given(any_events(), st.sampled_from([1, 3, 100]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_document_gets_too_large_whatever_comes(
    monkeypatch: pytest.MonkeyPatch, lines: list[Fields], batch_size: int
) -> None:
    monkeypatch.setattr(limits, "MAX_DOCUMENT_BYTES", SMALL)
    number = SalesOrder.objects.count()
    lines = [line | {"eventId": f"{number}{line['eventId']}", "orderId": f"O-{number}"} for line in lines]

    found = reasons(*lines, batch_size=batch_size)

    withdrawn = sum(bool(line["deleted"]) for line in lines)
    assert set(found) <= {LARGE}
    if SalesOrder.objects.exists():
        assert size() <= SMALL + withdrawn * limits.OTHER_TEXT_BYTES


def test_the_bound_is_close_to_what_is_stored() -> None:
    """At most some bytes an event and a shipment, so that 4 MiB are nearly used."""
    lines = [
        *[event(detail="x" * 100) for _ in range(50)],
        *[shipment_event(shipmentId=f"S-{n % 5}") for n in range(50)],
    ]
    reasons(*lines)
    order = SalesOrder.objects.get()
    new = SalesOrder(order_id="FRIS00201", channel_id="lazada-th", partner_id="143")
    counted = limits.Size(new, events=0, shipments=0)
    for number, line in enumerate(lines):
        counted.add(cast(PublishedEvent, read_event(line)), None, is_new_shipment=50 <= number < 55)

    assert size() <= counted._bytes <= size() + 100 * 40
    assert limits.Size(order, events=100, shipments=5)._bytes == size()
