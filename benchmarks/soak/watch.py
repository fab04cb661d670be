"""What the servers hold while the soak lasts."""

import os
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis

from benchmarks.processes import children, resident
from testbed.services import Postgres, Redis

CONNECTED = "SELECT count(*) - 1 FROM pg_stat_activity WHERE backend_type = 'client backend'"


@dataclass(frozen=True)
class Sample:
    """Of all web workers together: megabytes and open files; and the connections that each server counts."""

    megabytes: float
    files: int
    primary: int
    standby: int
    redis: int


@dataclass(frozen=True)
class Watch:
    """Takes samples of one installation."""

    primary: Postgres
    standby: Postgres
    counters: Redis
    workers: list[int]

    def sample(self) -> Sample:
        with redis.Redis.from_url(self.counters.url) as client:
            clients = int(client.info("clients")["connected_clients"]) - 1
        return Sample(
            sum(map(resident, self.workers)),
            sum(len([*Path(f"/proc/{pid}/fd").iterdir()]) for pid in self.workers),
            _connections(self.primary),
            _connections(self.standby),
            clients,
        )


def web_workers() -> list[int]:
    """The workers of the servers that this process has started."""
    mains = [pid for pid in children(os.getpid()) if b"granian" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    return [worker for pid in mains for worker in children(pid)]


def _connections(server: Postgres) -> int:
    with psycopg.connect(host=str(server.folder), user="postgres", autocommit=True) as connection:
        row = connection.execute(CONNECTED).fetchone()
        return int(row[0]) if row else 0
