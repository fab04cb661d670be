"""Lines that concern more than memory should hold are published all the same, in smaller transactions."""

from collections.abc import Iterator
from typing import Any

import pytest

from orders.models import SalesOrder, StatusEvent
from orders.publishing import audit, batch, ingest, loading, rerender
from testbed.events import Fields, event, withdrawal
from tests.conftest import Publish

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("committed")]

ORDERS, EVENTS = 24, 5
MAX_BYTES = 70_000
"""Six of these orders, by 2,000 bytes an event and some for the document."""


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch, publish: Publish) -> Iterator[list[int]]:
    """Orders beyond the limit are stored; how many of them each transaction loads from now on."""
    publish(*(_event(order, number) for order in range(ORDERS) for number in range(EVENTS)))
    counts: list[int] = []
    load = loading.load_drafts

    def counting(orders: Any) -> Any:
        drafts = load(orders)
        counts.append(len(drafts))
        return drafts

    monkeypatch.setattr(batch, "load_drafts", counting)
    monkeypatch.setattr(batch, "MAX_UNWEIGHED", 2)
    monkeypatch.setattr(loading, "MAX_BYTES", MAX_BYTES)
    yield counts
    assert max(counts) <= 6


def _event(order: int, number: int, **fields: Any) -> Fields:
    return event(eventId=f"{order}-{number}", orderId=f"O-{order}", **fields)


def test_lines_about_many_heavy_orders_are_all_published(loaded: list[int], publish: Publish) -> None:
    revised = publish(*(_event(order, 0, revision=2, status="COMPLETED") for order in range(ORDERS)))
    deleted = publish(*(withdrawal(f"{order}-1") for order in range(ORDERS)))

    assert revised == ingest.Summary(revised=ORDERS)
    assert deleted == ingest.Summary(deleted=ORDERS)
    assert loaded == [6] * 8


def test_lines_about_one_order_need_no_smaller_batch(loaded: list[int], publish: Publish) -> None:
    publish(*(_event(0, 5 + number) for number in range(100)))

    assert publish(*(_event(0, 200 + number) for number in range(20))) == ingest.Summary(published=20)
    assert loaded == [1, 1]


def test_withdrawn_events_weigh_too(loaded: list[int], publish: Publish) -> None:
    StatusEvent.objects.update(deleted=True)
    SalesOrder.objects.update(document="{}", representation=1)

    assert publish(*(withdrawal(f"{order}-1", 3) for order in range(ORDERS))).deleted == ORDERS


def test_heavy_orders_are_audited_and_rendered_a_few_at_a_time(loaded: list[int]) -> None:
    SalesOrder.objects.update(representation=1)

    assert list(audit.audit(SalesOrder.objects.all())) == []
    assert sum(rerender.rerender(pks)[0] for pks in rerender.outdated_orders()) == ORDERS
    assert sum(loaded) == 2 * ORDERS
    assert not SalesOrder.objects.outdated().exists()


def test_an_order_that_is_too_heavy_by_itself_is_taken(
    loaded: list[int], publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "MAX_BYTES", 1)

    assert publish(*(withdrawal(f"{order}-2") for order in range(6))).deleted == 6
    assert list(audit.audit(SalesOrder.objects.all())) == []
    assert max(loaded) == 2
