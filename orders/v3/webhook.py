"""What a webhook in the format SALES_ORDER_STATUS_V3 sends: the order of a v3 page, byte for byte."""


def v3_body(document: str) -> tuple[bytes, dict[str, str]]:
    """The body, and headers that come with it."""
    return document.encode(), {}
