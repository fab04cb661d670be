import pytest

from orders.models import SalesOrder, StatusEvent
from orders.publishing.ingest import Summary
from testbed.events import Fields, event, withdrawal
from tests.conftest import Publish
from tests.published import history, shown

pytestmark = [pytest.mark.wire, pytest.mark.django_db]


def test_a_deletion_withdraws_until_a_higher_revision_publishes_again(publish: Publish) -> None:
    steps: list[tuple[Fields, list[str]]] = [
        (event(eventId="a"), ["a"]),
        (withdrawal("a", 3), []),
        (event(eventId="a", revision=2), []),
        (event(eventId="a", revision=3), []),
        (event(eventId="a", revision=4), ["a"]),
    ]

    seen = [history() for lines, _ in steps if publish(lines)]

    assert seen == [expected for _, expected in steps]


def test_a_deletion_may_arrive_before_its_event(publish: Publish) -> None:
    before = publish(withdrawal("a", 2))
    late = publish(event(eventId="a", revision=1), event(eventId="b"))
    restored = publish(event(eventId="a", revision=3))

    assert before == Summary(deleted=1)
    assert late == Summary(unchanged=1, published=1)
    assert restored == Summary(revised=1)
    assert history() == ["a", "b"]


def test_a_deletion_before_its_event_is_taken_in_once(publish: Publish) -> None:
    publish(withdrawal("a", 2))

    again = publish(
        withdrawal("a", 2), withdrawal("a", 1), withdrawal("a", 3), event(eventId="a", revision=3)
    )

    assert again == Summary(unchanged=3, deleted=1)
    assert StatusEvent.objects.get().revision == 3
    assert not SalesOrder.objects.exists()


def test_a_new_order_whose_only_event_is_withdrawn_in_the_same_batch_is_shown_empty(publish: Publish) -> None:
    publish(event(eventId="a"), withdrawal("a"))

    assert (history(), shown()["orderStatus"]) == ([], None)


@pytest.mark.parametrize("ending", [withdrawal("a", 3), event(eventId="a", revision=3, status="CANCELED")])
def test_a_whole_life_in_one_batch_ends_as_it_would_in_many(publish: Publish, ending: Fields) -> None:
    publish(
        event(eventId="b"), event(eventId="a"), withdrawal("a", 2), ending, event(eventId="a", revision=1)
    )

    assert history() == (["b"] if ending["deleted"] else ["a", "b"])
