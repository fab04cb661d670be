"""The data that everything is measured on: orders, their shipments and events, by COPY."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import psycopg
from django.db.models import Model

from testbed.feeds import CHANNEL
from testbed.templates import ROWS, Template, templates

BIG = CHANNEL
OTHERS = ["shopee-th", "tiki-vn", "zalora-sg"]
PARTNERS = 20
FIRST_NUMBER = 1_000_000_000
FIRST_TIME = datetime(2026, 3, 1, tzinfo=UTC)
CHUNK = 200  # orders in one write

Pool = list[tuple[Template, Template]]


@dataclass(frozen=True)
class Dataset:
    """`orders` orders in the channel BIG and a tenth more in OTHERS; one in 1000 is in ERROR.

    Rows lie in feed order, as they do in a table that grew. The same from the same seed.
    """

    orders: int
    seed: int = 1
    variety: int = 1000
    """How many different orders there are, apart from ids and times."""

    def load(self, connection: psycopg.Connection) -> None:
        """Fill empty, migrated tables; the connection must be a superuser's."""
        big, *others = _pools(self.variety, self.seed)
        connection.execute(
            "SET session_replication_role = replica"
        )  # references are right: do not look each up
        for model in ROWS:
            self._copy(connection, model, big, others)
        connection.execute("SET session_replication_role = origin")
        for table in ("orders_salesorder", "orders_shipment"):
            sequence = f"pg_get_serial_sequence('{table}', 'id')"
            connection.execute(f"SELECT setval({sequence}, (SELECT max(id) FROM {table}))")
        for kind in ("channel", "partner"):
            newest = (
                f"SELECT '{kind}', {kind}_id, max(updated_time) FROM orders_salesorder GROUP BY {kind}_id"
            )
            connection.execute(f"INSERT INTO orders_feedhead (kind, identifier, updated_time) {newest}")
        newest = "SELECT max(updated_time) FROM orders_salesorder"
        connection.execute(f"UPDATE orders_feedclock SET last_time = ({newest})")

    def _copy(
        self, connection: psycopg.Connection, model: type[Model], big: Pool, others: list[Pool]
    ) -> None:
        columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
        with connection.cursor().copy(f"COPY {model._meta.db_table} ({columns}) FROM STDIN") as copy:
            lines: list[str] = []
            for number, time, template in self._orders(big, others):
                lines.append(template.filled(model, number, time))
                if len(lines) == CHUNK:
                    copy.write("".join(lines))
                    lines.clear()
            copy.write("".join(lines))

    def _orders(self, big: Pool, others: list[Pool]) -> Iterator[tuple[int, datetime, Template]]:
        """Number, time and template of each order, in feed order."""
        chance = random.Random(self.seed)
        time = FIRST_TIME
        for index in range(self.orders + self.orders // 10):
            pool = chance.choice(others) if index % 11 == 10 else big
            usual, in_error = chance.choice(pool)
            time += timedelta(microseconds=20 * chance.randint(1, 200))
            yield FIRST_NUMBER + index, time, in_error if index % 1000 == 999 else usual


@lru_cache
def _pools(variety: int, seed: int) -> list[Pool]:
    """The different orders of BIG, and of each of OTHERS; made once for several databases."""
    others = [templates(50, channel=name, partners=PARTNERS, seed=seed) for name in OTHERS]
    return [templates(variety, channel=BIG, partners=PARTNERS, seed=seed), *others]
