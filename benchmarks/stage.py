"""What everybody stands on: one PostgreSQL and one Redis, and databases with orders in them."""

import json
import os
import secrets
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

import psycopg
from cryptography.fernet import Fernet

from benchmarks.servers import ROOT, Running, Site, ours, serving
from testbed.feeds import CHANNEL
from testbed.services import Postgres, Redis, postgres, redis
from testbed.services.server import private_folder
from wire.times import format_time

POSTGRES: dict[str, Any] = {
    "shared_buffers": "2GB",
    "effective_cache_size": "8GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "random_page_cost": "1.1",
    "jit": "off",
}
"""Beside the defaults, for everyone: what guides to tuning say for this memory and a solid state disk."""

UNLIMITED = "900000000/m"
PAGE = 100


@dataclass(frozen=True)
class Database:
    """A database, and the environment that makes this project work on it."""

    url: str
    environment: dict[str, str]

    @contextmanager
    def connect(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            yield connection

    def command(self, *arguments: str) -> list[str]:
        """The command line of `manage.py`."""
        return [sys.executable, str(ROOT / "manage.py"), *arguments]

    def manage(self, *arguments: str) -> str:
        """What `manage.py` prints."""
        command = self.command(*arguments)
        output = subprocess.run(command, env=self.environment, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
        return output.stdout

    def times(self, offset: int = 0, count: int = 50, status: str = "%") -> list[str]:
        """An `updatedSince` for each of up to `count` full pages of the big channel, from `offset` on."""
        return self._texts(
            """
            SELECT updated_time - interval '1 microsecond' FROM (
                SELECT updated_time, row_number() OVER (ORDER BY updated_time) AS number
                FROM orders_salesorder WHERE channel_id = %s AND order_status LIKE %s
                ORDER BY updated_time OFFSET %s LIMIT %s
            ) AS found WHERE number %% 100 = 1""",
            [CHANNEL, status, offset * PAGE, count * PAGE],
        )

    def newest(self) -> str:
        """The newest `updatedTime` of the big channel."""
        return self._texts(
            "SELECT max(updated_time) FROM orders_salesorder WHERE channel_id = %s", [CHANNEL]
        )[0]

    def _texts(self, query: str, parameters: list[object]) -> list[str]:
        """The times that a query finds, as they are on the wire."""
        with self.connect() as connection:
            return [format_time(time.astimezone(UTC)) for (time,) in connection.execute(query, parameters)]


@dataclass(frozen=True)
class Stage:
    """The running services, and a folder for logs."""

    postgres: Postgres
    redis: Redis
    folder: Path

    def database(self, name: str, template: str = "template0") -> Database:
        """A new database: empty, or a copy of one that nobody is connected to."""
        with psycopg.connect(self.postgres.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.existing(name)

    def existing(self, name: str) -> Database:
        url = self.postgres.url.replace("/postgres?", f"/{name}?")
        return Database(url, {**os.environ, "DATABASE_URL": url})

    @contextmanager
    def serve(self, database: Database, processes: int = 2, **settings: str) -> Iterator[Running]:
        """Ours, on `database`, with its own token: what every request of ours carries."""
        site = Site("ours", ours, {**database.environment, **settings}, "/healthz")
        grants = ("--channel", CHANNEL, "--partner", "143", "--rate", UNLIMITED)
        caller = json.loads(database.manage("create_caller", secrets.token_hex(8), *grants))
        with serving(site, self.folder / "ours.log", processes) as running:
            yield Running(running.url, running.pid, {"X-Subject-Token": _token(running, caller)})


@contextmanager
def stage() -> Iterator[Stage]:
    """Services with nothing in them, and our environment led to them."""
    with postgres(fsync=True, **POSTGRES) as database, redis() as cache, private_folder() as folder:
        os.environ.update(
            DATABASE_URL=database.url.replace("/postgres?", "/large?"),
            REDIS_URL=cache.url,
            SECRET_KEY=secrets.token_urlsafe(50),
            ALLOWED_HOSTS="127.0.0.1",
            HTTPS="off",
            ORDER_RATE=UNLIMITED,
            TOKEN_LIFETIME_SECONDS="86400",  # noqa: S106 - a number of seconds
            DELIVERY_KEYS=Fernet.generate_key().decode(),
            DELIVERY_NETWORKS="127.0.0.0/8",
            DELIVERY_ALLOW="http",
            DELIVERY_FOLDER=str(folder / "outbox"),
            METRICS_DIR=str(folder / "metrics"),
        )
        yield Stage(database, cache, folder)


def _token(running: Running, caller: dict[str, str]) -> str:
    body = json.dumps({"auth": {"apiKeyCredentials": caller}}).encode()
    request = urllib.request.Request(f"{running.url}/identity/token", body)  # noqa: S310 - ours
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - ours
        token: str = json.load(answer)["token"]["token_id"]
        return token
