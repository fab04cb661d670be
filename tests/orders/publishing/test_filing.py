"""Orders are filed by the functions that FILED_STATUSES names, whatever they are."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from orders.documents import Document
from orders.models import SalesOrder
from orders.publishing.filing import file, filed_statuses, is_filed


def first_shipment(document: Document) -> str | None:
    return next((shipment["shipmentId"] for shipment in document["shipments"]), None)


@pytest.fixture
def filed_by_shipment(settings: Settings) -> Iterator[None]:
    settings.FILED_STATUSES = {"order_status": f"{__name__}.first_shipment"}
    filed_statuses.cache_clear()
    yield
    filed_statuses.cache_clear()


@pytest.mark.usefixtures("filed_by_shipment")
def test_a_column_gets_what_its_function_makes_of_the_document() -> None:
    order = SalesOrder(order_status="NEW")
    document: Document = {"orderStatus": "COMPLETED", "shipments": [{"shipmentId": "S-1"}]}
    before = is_filed(order, document)

    file(order, document)

    assert (before, is_filed(order, document)) == (False, True)
    assert order.order_status == "S-1"
