"""The rows of a file, to the byte."""

from typing import Any

import orjson
import pytest

from delivery.files import cells, layouts

HEADER = {
    "events": "channelId,partnerId,orderId,orderCreatedTime,orderStatus,updatedTime,shipmentId,trackingId,"
    "carrier,shipmentStatus,eventId,status,detailedStatus,detail,eventTime,publishedTime\r\n",
    "orders": "channelId,partnerId,orderId,orderCreatedTime,orderStatus,updatedTime,shipments,trackingIds,"
    "lastEventTime,lastStatus,lastDetailedStatus,lastDetail\r\n",
}
OWN = "lazada-th,143,F-1,2026-11-20T03:11:09.000000Z,IN_PROGRESS,2026-11-22T08:00:00.000020Z"


def entry(number: int, status: str, **members: Any) -> dict[str, Any]:
    return {
        "eventId": f"e{number}",
        "status": status,
        "detailedStatus": None,
        "detail": None,
        "eventTime": f"2026-11-2{number}T03:11:09.000000Z",
        "updatedTime": f"2026-11-2{number}T03:11:10.004020Z",
    } | members


def parcel(number: int, *history: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {
        "shipmentId": f"S-{number}",
        "trackingId": f"TRK{number}",
        "carrier": "KERRY",
        "shipmentStatus": history[-1]["status"] if history else None,
        "statusHistory": list(history),
    } | members


def order(**members: Any) -> layouts.Order:
    document = {
        "orderId": "F-1",
        "channelId": "lazada-th",
        "partnerId": "143",
        "orderCreatedTime": "2026-11-20T03:11:09.000000Z",
        "updatedTime": "2026-11-22T08:00:00.000020Z",
        "orderStatus": "IN_PROGRESS",
        "statusHistory": [],
        "shipments": [],
    }
    return layouts.decode(orjson.dumps(document | members))


def rows(layout: str, found: layouts.Order, cell: cells.Cell = cells.plain) -> str:
    return "".join(layouts.LAYOUTS[layout](found, cell))


FULL = order(
    statusHistory=[
        entry(0, "NEW", detailedStatus="CREATED"),
        entry(1, "IN_PROGRESS", detail='said "no", twice'),
    ],
    shipments=[
        parcel(1, entry(3, "PACKED"), entry(4, "IN_TRANSIT", detailedStatus="", detail="two\r\nlines")),
        parcel(2, trackingId=None, carrier=None),
    ],
)


@pytest.mark.parametrize("layout", HEADER)
def test_the_header(layout: str) -> None:
    assert layouts.header(layout) == HEADER[layout]


def test_a_row_for_each_event_the_orders_own_first() -> None:
    assert rows("events", FULL) == (
        f"{OWN},,,,,e0,NEW,CREATED,,2026-11-20T03:11:09.000000Z,2026-11-20T03:11:10.004020Z\r\n"
        f'{OWN},,,,,e1,IN_PROGRESS,,"said ""no"", twice",'
        "2026-11-21T03:11:09.000000Z,2026-11-21T03:11:10.004020Z\r\n"
        f"{OWN},S-1,TRK1,KERRY,IN_TRANSIT,e3,PACKED,,,2026-11-23T03:11:09.000000Z,2026-11-23T03:11:10.004020Z\r\n"
        f'{OWN},S-1,TRK1,KERRY,IN_TRANSIT,e4,IN_TRANSIT,"","two\r\nlines",'
        "2026-11-24T03:11:09.000000Z,2026-11-24T03:11:10.004020Z\r\n"
        f"{OWN},S-2,,,,,,,,,\r\n"
    )


def test_an_order_without_entries_has_one_row_with_blanks() -> None:
    assert rows("events", order(orderStatus=None)) == f"{OWN.replace('IN_PROGRESS', '')},,,,,,,,,,\r\n"


def test_a_row_for_an_order_has_the_last_event_of_all_histories() -> None:
    assert (
        rows("orders", FULL) == f'{OWN},2,TRK1,2026-11-24T03:11:09.000000Z,IN_TRANSIT,"","two\r\nlines"\r\n'
    )


def test_a_row_for_an_order_without_entries() -> None:
    found = order(shipments=[parcel(1), parcel(2), parcel(3, trackingId="TRK1")])

    assert rows("orders", found) == f"{OWN},3,TRK1|TRK2,,,,\r\n"


def test_all_rows_have_as_many_cells_as_the_header() -> None:
    for layout, header in HEADER.items():
        commas = header.count(",")
        assert rows(layout, order()).count(",") == commas
        assert rows(layout, order(statusHistory=[entry(0, "NEW")])).count(",") == commas


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+66812345678", "'+66812345678"),
        ("-", "'-"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (" =1+1", "' =1+1"),
        ("\t=1", "'\t=1"),
        ("\r=1", '"\'\r=1"'),
        ('=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'),
        ("\N{FULLWIDTH EQUALS SIGN}1", "'\N{FULLWIDTH EQUALS SIGN}1"),
        ("a=1", "a=1"),
        ("2026-11-22", "2026-11-22"),
        ("", '""'),
        (None, ""),
    ],
)
def test_what_a_spreadsheet_would_take_for_a_formula_is_guarded(text: str | None, cell: str) -> None:
    assert cells.guarded(text) == cell
    assert cells.plain(text) == cell.replace("'", "", 1)
