"""What orders are filed under, so that pages can filter: status columns, each a function of the document.

The setting FILED_STATUSES names them, so that no wire's rules are imported here.
"""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from orders.documents import Document
from orders.models import SalesOrder

StatusOf = Callable[[Document], str | None]
"""The status that a document amounts to; None for an order without live events."""


@cache
def filed_statuses() -> dict[str, StatusOf]:
    """Each status column of SalesOrder with its function. `orders.E001` checks the setting."""
    return {column: import_string(path) for column, path in settings.FILED_STATUSES.items()}


def file(order: SalesOrder, document: Document) -> None:
    """Set the status columns of `order` as `document` amounts to."""
    for column, status_of in filed_statuses().items():
        setattr(order, column, status_of(document))


def is_filed(order: SalesOrder, document: Document) -> bool:
    """Whether `order` is filed under the statuses that `document` amounts to."""
    return all(
        getattr(order, column) == status_of(document) for column, status_of in filed_statuses().items()
    )
