"""The parameters of v3: what is not known is refused (contract, section 3)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import ClassVar

from django.utils import timezone

from orders.models import FeedClock
from orders.polling.parameters import (
    PageSizeParameter,
    SinceParameter,
    StatusParameter,
    UntilParameter,
    Values,
    WindowParameters,
)
from orders.statuses import OrderStatus, ShipmentStatus
from wire.refusals import ParameterError
from wire.times import format_time

CLOCK_TOLERANCE = timedelta(seconds=5)
OF_SHIPMENTS = dict.fromkeys(
    ShipmentStatus.values, "a status of shipments, which is in shipments[].shipmentStatus"
)
_OLD = "it is v2's name"
_SIZE = "a page is as large as pageSize says"
_NEXT = "pages have no numbers: send the nextUpdatedSince of the last page as updatedSince"


class FeedParameters(WindowParameters):
    """A window of the feed, one status of it, and the size of a page."""

    instead: ClassVar[dict[str, tuple[str, str]]] = {
        "since": (_OLD, "updatedSince"),
        "page_size": (_OLD, "pageSize"),
        **dict.fromkeys(("limit", "size", "per_page", "perPage"), (_SIZE, "pageSize")),
        **dict.fromkeys(("page", "cursor", "offset", "after"), (_NEXT, "updatedSince")),
    }

    updatedSince = SinceParameter(  # noqa: N815 - the name on the wire
        help_text="Only orders with an `updatedTime` later than this instant: RFC 3339 with a zone, from"
        " 1970 on and not in the future. Send back the `nextUpdatedSince` of the last page."
    )
    updatedUntil = UntilParameter(  # noqa: N815 - the name on the wire
        help_text="Only orders with an `updatedTime` up to and including this instant, so that windows"
        " tile. Not before `updatedSince`."
    )
    orderStatus = StatusParameter(  # noqa: N815 - the name on the wire
        choices=OrderStatus.values,
        elsewhere=OF_SHIPMENTS,
        help_text="Only orders whose current `orderStatus` is this one.",
    )
    pageSize = PageSizeParameter(help_text="How many orders a page holds at most: 1 to 100, default 100.")  # noqa: N815 - the name on the wire

    @classmethod
    def conflicts(cls, values: Values) -> Iterator[ParameterError]:
        yield from super().conflicts(values)
        yield from ahead_of_the_feed(values)


def ahead_of_the_feed(values: Values) -> Iterator[ParameterError]:
    """Times that a wrong clock must have made: ahead of our clock and of the newest change.

    One query, and only for a time that is ahead of our clock.
    """
    latest = timezone.now() + CLOCK_TOLERANCE
    for name in ("updatedSince", "updatedUntil"):
        time = values.get(name)
        if time and time > latest and time > FeedClock.newest() + CLOCK_TOLERANCE:
            now = format_time(timezone.now())
            yield ParameterError(name, f"is in the future: it is {now} here. Is your clock right?", now)
