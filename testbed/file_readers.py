"""Whoever reads only the files: from a folder of batches to the orders of the feed."""

import gzip
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from testbed.events import Fields
from testbed.pollers import Orders

_CELL = re.compile(r'(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)')
ENTRY = {
    "eventId": "eventId",
    "status": "status",
    "detailedStatus": "detailedStatus",
    "detail": "detail",
    "eventTime": "eventTime",
    "updatedTime": "publishedTime",
}


def files_in(folder: Path) -> list[Path]:
    """The batches there, by subscription and number."""
    found = [path for path in folder.iterdir() if path.name.endswith((".csv", ".csv.gz"))]
    return sorted(found, key=lambda path: path.name.split("_")[2:4])


def manifest_of(file: Path) -> dict[str, Any]:
    """What goes with a file, which is what it says."""
    manifest: dict[str, Any] = orjson.loads(file.with_name(f"{file.name}.json").read_bytes())
    assert manifest["name"] == file.name
    assert manifest["bytes"] == file.stat().st_size
    assert manifest["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    return manifest


def rows_of(file: Path) -> list[dict[str, str | None]]:
    """The rows by column; null and an empty text are told apart, as the csv module of Python 3.11 cannot."""
    content = file.read_bytes()
    text = (gzip.decompress(content) if file.suffix == ".gz" else content).decode("utf-8-sig")
    header, *rows = _lines(text)
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


def read(folder: Path) -> Orders:
    """The newest rows of each order, as the order of a v3 page; the files have no hole."""
    held: Orders = {}
    before = None
    for number, file in enumerate(files_in(folder), start=1):
        manifest, orders = manifest_of(file), orders_of(rows_of(file))
        assert manifest["number"] == number
        assert (manifest["since"], manifest["previousSha256"]) == (before or (manifest["since"], None))
        assert manifest["orders"] == len(orders)
        before = manifest["until"], manifest["sha256"]
        held |= orders
    return held


def _lines(text: str) -> Iterator[list[str | None]]:
    row: list[str | None] = []
    position = 0
    while match := _CELL.match(text, position):
        quoted, plain, end = match.groups()
        row.append(quoted.replace('""', '"') if quoted is not None else plain or None)
        position = match.end()
        if end == "\r\n":
            yield row
            row = []
    assert position == len(text), f"not RFC 4180: {text[position : position + 80]!r}"


def orders_of(rows: list[dict[str, str | None]]) -> Orders:
    found: Orders = {}
    for row in rows:
        key = str(row["channelId"]), str(row["orderId"])
        order = found.setdefault(key, _order(row))
        _history(order, row).extend(
            [{name: row[column] for name, column in ENTRY.items()}] if row["eventId"] is not None else []
        )
    return found


def _order(row: dict[str, str | None]) -> Fields:
    names = ("orderId", "channelId", "partnerId", "orderCreatedTime", "updatedTime", "orderStatus")
    return {name: row[name] for name in names} | {"statusHistory": [], "shipments": []}


def _history(order: Fields, row: dict[str, str | None]) -> list[Fields]:
    """The history that a row belongs to: the order's own, or a shipment's."""
    if row["shipmentId"] is None:
        own: list[Fields] = order["statusHistory"]
        return own
    if not order["shipments"] or order["shipments"][-1]["shipmentId"] != row["shipmentId"]:
        parcel = {name: row[name] for name in ("shipmentId", "trackingId", "carrier", "shipmentStatus")}
        order["shipments"].append(parcel | {"statusHistory": []})
    history: list[Fields] = order["shipments"][-1]["statusHistory"]
    return history
