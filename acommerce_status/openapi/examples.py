"""The orders in the examples of both OpenAPI documents, as v3 documents; v2 converts them."""

from typing import Any

Document = dict[str, Any]


def _entry(number: str, status: str, detailed: str | None, time: str, published: str) -> Document:
    return {
        "eventId": f"0e0b6c1e-7d0f-4c57-9a3c-5a1f00000{number}",
        "status": status,
        "detailedStatus": detailed,
        "detail": None,
        "eventTime": f"2026-11-{time}.000000Z",
        "updatedTime": f"2026-11-{published}Z",
    }


ON_ITS_WAY: Document = {
    "orderId": "FRIS00201",
    "channelId": "lazada-th",
    "partnerId": "143",
    "orderCreatedTime": "2026-11-20T03:11:09.000000Z",
    "updatedTime": "2026-11-22T08:00:00.000020Z",
    "orderStatus": "IN_PROGRESS",
    "statusHistory": [
        _entry("201", "NEW", "NEW", "20T03:11:09", "20T03:11:10.004020"),
        _entry("202", "IN_PROGRESS", "PAYMENT_APPROVED", "20T04:02:51", "20T04:02:51.730160"),
    ],
    "shipments": [
        {
            "shipmentId": "S-1",
            "trackingId": "TRK1",
            "carrier": "KERRY",
            "shipmentStatus": "IN_TRANSIT",
            "statusHistory": [
                _entry("203", "READY_TO_PICK", None, "20T05:00:00", "20T05:00:01.120000"),
                _entry("204", "PACKED", "PACKED", "21T02:30:12", "21T02:30:12.900340"),
                _entry("205", "READY_TO_SHIP", "HANDED_TO_CARRIER", "21T09:41:00", "21T09:41:02.000060"),
                _entry("206", "IN_TRANSIT", "DEPARTED_HUB", "22T07:59:31", "22T08:00:00.000020"),
            ],
        }
    ],
}

JUST_PLACED: Document = {
    "orderId": "FRIS00202",
    "channelId": "lazada-th",
    "partnerId": "143",
    "orderCreatedTime": "2026-11-22T07:58:40.000000Z",
    "updatedTime": "2026-11-22T08:00:00.000040Z",
    "orderStatus": "NEW",
    "statusHistory": [_entry("207", "NEW", "NEW", "22T07:58:40", "22T08:00:00.000040")],
    "shipments": [],
}
