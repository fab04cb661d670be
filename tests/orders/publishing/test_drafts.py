"""Events applied to an order in memory, without a database."""

from datetime import UTC, datetime

import pytest

from orders.models import REPRESENTATION, SalesOrder
from orders.publishing.decoding import read_event
from orders.publishing.drafts import Draft
from orders.publishing.events import EventRefused, PublishedEvent, Withdrawal
from orders.publishing.publication import Publication
from testbed.events import Fields, event, shipment_event

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
LATER = datetime(2026, 11, 20, 5, tzinfo=UTC)


def published(fields: Fields) -> PublishedEvent:
    read = read_event(fields)
    assert isinstance(read, PublishedEvent)
    return read


def publication_of(draft: Draft) -> Publication:
    document = draft.document_to_publish()
    assert document
    return Publication(draft, document)


def drafted(*lines: Fields) -> Draft:
    """A draft that these events made, stamped, as if loaded again."""
    draft = Draft(SalesOrder(channel_id="lazada-th", partner_id="143", order_id="FRIS00201"))
    for fields in lines:
        draft.apply(published(fields), None)
    publication_of(draft).stamp(NOW)
    draft.order.pk = 1
    return Draft(draft.order, draft.shipments, draft.events)


def revise(draft: Draft, fields: Fields) -> str:
    return draft.apply(published(fields), draft.events.get(fields["eventId"]))


def test_a_draft_that_nothing_was_applied_to_has_nothing_to_publish() -> None:
    assert drafted(event()).document_to_publish() is None


def test_a_new_event_is_stamped_and_the_old_one_keeps_its_time() -> None:
    draft = drafted(event(eventId="a"))

    outcome = revise(draft, shipment_event(eventId="b"))

    publication_of(draft).stamp(LATER)
    assert outcome == "published"
    assert {name: row.updated_time for name, row in draft.events.items()} == {"a": NOW, "b": LATER}
    assert (draft.order.updated_time, draft.order.order_status) == (LATER, "NEW")
    assert draft.order.v2_status == "IN_PROGRESS"


def test_a_revision_that_shows_nothing_new_is_taken_in_and_not_published() -> None:
    draft = drafted(event(eventId="a"))

    outcome = revise(draft, event(eventId="a", revision=5))

    assert (outcome, draft.document_to_publish()) == ("revised", None)
    assert (draft.events["a"].revision, draft.events["a"].updated_time) == (5, NOW)


def test_an_event_that_comes_and_goes_in_one_batch_is_not_published() -> None:
    draft = drafted(event(eventId="a"))

    outcomes = revise(draft, event(eventId="b")), draft.withdraw(Withdrawal(event_id="b", revision=2))

    assert (outcomes, draft.document_to_publish()) == (("published", "deleted"), None)


@pytest.mark.parametrize(
    ("representation", "publishes"), [(REPRESENTATION, True), (REPRESENTATION - 1, False)]
)
def test_a_document_of_an_older_shape_is_no_reason_to_publish(representation: int, publishes: bool) -> None:
    draft = drafted(event(eventId="a"))
    draft.order.document = draft.order.document.replace('"orderStatus"', '"anEarlierName"')
    draft.order.representation = representation

    revise(draft, event(eventId="a", revision=5))

    assert (draft.document_to_publish() is not None) is publishes


@pytest.mark.parametrize("revision", [1, 2])
def test_the_same_or_a_lower_revision_changes_nothing(revision: int) -> None:
    draft = drafted(event(eventId="a", revision=2))

    outcomes = (
        revise(draft, event(eventId="a", revision=revision, status="CANCELED")),
        draft.withdraw(Withdrawal(event_id="a", revision=revision)),
    )

    assert (outcomes, draft.changed) == (("unchanged", "unchanged"), {})


def test_another_partner_is_refused_and_changes_nothing() -> None:
    draft = drafted(event(eventId="a"))

    with pytest.raises(EventRefused, match="partnerId: the order is of partner 143"):
        revise(draft, event(eventId="a", revision=2, partnerId="144"))

    assert draft.changed == {}


def test_only_shipments_that_changed_are_written() -> None:
    draft = drafted(shipment_event(shipmentId="S-1"), shipment_event(shipmentId="S-2", trackingId="TRK2"))
    draft.shipments["S-1"].pk, draft.shipments["S-2"].pk = 1, 2
    for shipment in draft.shipments.values():
        shipment.carrier = "KERRY"
    draft.shipments["S-1"].tracking_id, draft.shipments["S-2"].tracking_id = "TRK1", "TRK2"

    revise(draft, shipment_event(shipmentId="S-2", trackingId="TRK3", eventTime="2026-11-20T04:00:00Z"))

    assert [row.tracking_id for row in publication_of(draft).changed_shipments()] == ["TRK3"]
