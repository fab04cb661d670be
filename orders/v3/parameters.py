"""The parameters of v3: what is not known is refused (contract, section 3)."""

from collections.abc import Iterator

from orders.polling.parameters import (
    PageSizeOfFeed,
    SinceParameter,
    StatusParameter,
    UntilParameter,
    Values,
    WindowParameters,
    ahead_of_the_feed,
)
from orders.statuses import OrderStatus
from wire.refusals import ParameterError


class FeedParameters(WindowParameters):
    """A window of the feed, one status of it, and the size of a page."""

    updatedSince = SinceParameter(  # noqa: N815 - the name on the wire
        help_text="Only orders with an `updatedTime` later than this instant: RFC 3339 with a zone, from"
        " 1970 on and not in the future. Send back the `nextUpdatedSince` of the last page."
    )
    updatedUntil = UntilParameter(  # noqa: N815 - the name on the wire
        help_text="Only orders with an `updatedTime` up to and including this instant, so that windows"
        " tile. Not before `updatedSince`."
    )
    orderStatus = StatusParameter(  # noqa: N815 - the name on the wire
        choices=OrderStatus.values, help_text="Only orders whose current `orderStatus` is this one."
    )
    pageSize = PageSizeOfFeed(help_text="How many orders a page holds at most: 1 to 100, default 100.")  # noqa: N815 - the name on the wire

    @classmethod
    def conflicts(cls, values: Values) -> Iterator[ParameterError]:
        yield from super().conflicts(values)
        yield from ahead_of_the_feed(values)
