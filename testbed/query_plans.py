"""The plan by which PostgreSQL answers the query of a page, run and measured."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connections
from django.test import Client, override_settings
from psycopg.sql import SQL, Literal

from orders.models import SalesOrder
from testbed.dataset import BIG

MODES = ["force_custom_plan", "force_generic_plan"]
"""PostgreSQL plans a prepared statement with its values at hand, or once for all values; either must do."""

SLACK = 10  # blocks: the way down from the root of an index, and what a neighbour needed

Statement = tuple[str, Sequence[Any]]
Execute = Callable[[str, Any, bool, dict[str, Any]], Any]


@dataclass(frozen=True)
class Plan:
    """An executed plan: its nodes, as EXPLAIN reports them, the root first."""

    nodes: list[dict[str, Any]]

    @property
    def scans(self) -> list[str]:
        """How the orders are read, such as `Index Scan`."""
        return [node["Node Type"] for node in self._reads()]

    @property
    def rows_returned(self) -> int:
        return int(self.nodes[0]["Actual Rows"])

    @property
    def rows_read(self) -> int:
        """Orders that were looked at, whether or not they were of use."""
        dropped = ("Rows Removed by Filter", "Rows Removed by Index Recheck")
        return sum(
            int((node["Actual Rows"] + sum(node.get(name, 0) for name in dropped)) * node["Actual Loops"])
            for node in self._reads()
        )

    def _reads(self) -> list[dict[str, Any]]:
        return [node for node in self.nodes if node.get("Relation Name") == SalesOrder._meta.db_table]

    @property
    def blocks_read(self) -> int:
        """Blocks of tables and indexes, from memory or from disk."""
        return int(self.nodes[0]["Shared Hit Blocks"] + self.nodes[0]["Shared Read Blocks"])

    def faults(self) -> list[str]:
        """What keeps this from being an index range scan that reads no more than it returns."""
        faults = {
            f"reads by {', '.join(self.scans)}": self.scans not in (["Index Scan"], ["Index Only Scan"]),
            f"reads {self.rows_read} rows to return {self.rows_returned}": self.rows_read
            > self.rows_returned,
            f"reads {self.blocks_read} blocks to return {self.rows_returned} rows": self.blocks_read
            > self.rows_returned * 2 + SLACK,
        }
        return [fault for fault, holds in faults.items() if holds]


def questions(times: Mapping[str, str], ids: Sequence[str]) -> dict[str, str]:
    """The paths of what a poller may ask, by name: `times` has `middle`, `later` and `newest`."""
    channel, partner = f"/v3/channel/{BIG}/sales-order-status", "/v3/partner/143/sales-order-status"
    since = f"updatedSince={times['middle']}"
    some = "&".join(f"id={name}" for name in ids)
    return {
        "first page": channel,
        "page": f"{channel}?{since}",
        "window": f"{channel}?{since}&updatedUntil={times['later']}",
        "idle poll": f"{channel}?updatedSince={times['newest']}",
        "filter": f"{channel}?orderStatus=COMPLETED&{since}",
        "rare filter": f"{channel}?orderStatus=ERROR",
        "idle poll of a filter": f"{channel}?orderStatus=ERROR&updatedSince={times['newest']}",
        "partner": f"{partner}?{since}",
        "idle poll of a partner": f"{partner}?updatedSince={times['newest']}",
        "filter of a partner": f"{partner}?orderStatus=ERROR",
        "filter in v2": f"/v2/channel/{BIG}/sales-order-status?orderStatus=ERROR&{since}",
        "one order": f"{channel}/id?id={ids[0]}",
        "ten orders": f"{channel}/id?{some}",
        "ten orders of a partner": f"{partner}/id?{some}",
    }


def asked(client: Client, path: str) -> Statement:
    """The one statement about orders that answering `path` took, and its values."""
    statements: list[Statement] = []

    def remember(execute: Execute, sql: str, values: Any, many: bool, context: dict[str, Any]) -> Any:
        if SalesOrder._meta.db_table in sql:
            statements.append((sql, values))
        return execute(sql, values, many, context)

    nothing_in_memory = override_settings(FEED_MEMORY_MILLISECONDS=0)
    with connections[settings.FEED_DATABASE].execute_wrapper(remember), nothing_in_memory:
        answer = client.get(path)
    if answer.status_code != 200 or len(statements) != 1:
        raise ValueError(f"{path} was answered by {answer.status_code} after {len(statements)} statements")
    return statements[0]


def explain(statement: Statement, mode: str) -> Plan:
    """Run `statement`, prepared, with the plan that `mode` makes."""
    sql, values = statement
    numbers = iter(range(1, len(values) + 1))
    prepared = re.sub(r"%s", lambda _: f"${next(numbers)}", sql)
    arguments = SQL(", ").join(map(Literal, values)).as_string()
    with connections[settings.FEED_DATABASE].cursor() as cursor:
        cursor.execute(f"SET plan_cache_mode = {mode}")
        cursor.execute(f"PREPARE question AS {prepared}")
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE question ({arguments})")
        [(tree,)] = cursor.fetchall()
        cursor.execute("DEALLOCATE question")
        cursor.execute("RESET plan_cache_mode")
    return Plan(list(_nodes(tree[0]["Plan"])))


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", []):
        yield from _nodes(child)
