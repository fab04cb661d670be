"""The parameters of v2: two more names, and no complaint about unknown ones (contract, section 3)."""

from typing import ClassVar

from orders.polling.parameters import (
    PageSizeParameter,
    SinceParameter,
    StatusParameter,
    UntilParameter,
    WindowParameters,
)
from orders.statuses import OrderStatus


class LegacyStatusParameter(StatusParameter):
    """`orderStatus`, as v2 means it."""

    column = "v2_status"


class LegacyFeedParameters(WindowParameters):
    """A window of the feed. A time in the future gives an empty page, as the clients of v2 expect."""

    since_names: ClassVar[tuple[str, ...]] = ("updatedSince", "since")

    updatedSince = SinceParameter(  # noqa: N815 - the name on the wire
        help_text="Only orders with an `updatedTime` later than this instant: RFC 3339 with a zone, from"
        " 1970 on. In the future: an empty array."
    )
    since = SinceParameter(help_text="The older name of `updatedSince`. Send one of them.")
    updatedUntil = UntilParameter(  # noqa: N815 - the name on the wire
        help_text="Only orders with an `updatedTime` up to and including this instant. Not before"
        " `updatedSince`."
    )
    orderStatus = LegacyStatusParameter(  # noqa: N815 - the name on the wire
        choices=OrderStatus.values,
        elsewhere={},
        help_text="Only orders whose status, as v2 tells it, is this one.",
    )
    pageSize = PageSizeParameter(help_text="How many orders a page holds at most: 1 to 100, default 100.")  # noqa: N815 - the name on the wire
    page_size = PageSizeParameter(help_text="The older name of `pageSize`.")
