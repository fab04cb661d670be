"""The setting FILED_STATUSES, the columns and the functions agree, or nothing starts."""

import pytest
from pytest_django import Settings

from acommerce_status.checks import check_filed_statuses

ORDER_STATUS = {"order_status": "orders.documents.order_status"}
FILED = ORDER_STATUS | {"v2_status": "orders.v2.legacy.legacy_status"}


@pytest.mark.parametrize(
    ("filed", "said"),
    [
        (FILED, []),
        (ORDER_STATUS, ["FILED_STATUSES: the column v2_status of SalesOrder is missing."]),
        (
            FILED | {"v9_status": "orders.documents.order_status"},
            ["FILED_STATUSES: v9_status is no status column of SalesOrder."],
        ),
        (
            FILED | {"updated_time": "orders.documents.order_status"},
            ["FILED_STATUSES: updated_time is no status column of SalesOrder."],
        ),
        (
            FILED | {"order_status": "orders.documents.orderStatus"},
            [
                (
                    'FILED_STATUSES: order_status: Module "orders.documents" does not define a "orderStatus"'
                    " attribute/class."
                )
            ],
        ),
        (
            FILED | {"order_status": "orders.nowhere.order_status"},
            ["FILED_STATUSES: order_status: No module named 'orders.nowhere'."],
        ),
    ],
)
def test_columns_keys_and_paths_are_held_together(
    settings: Settings, filed: dict[str, str], said: list[str]
) -> None:
    settings.FILED_STATUSES = filed

    found = check_filed_statuses(None)

    assert [(error.id, error.msg) for error in found] == [("orders.E001", sentence) for sentence in said]
