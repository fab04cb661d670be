"""The same deliveries by task queues: a job for each delivery, and a job for each wake-up that drains."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import NamedTuple

from benchmarks.figures.webhook_speed import SUBSCRIPTIONS, Seen, backlog, watch
from benchmarks.load import Speed
from benchmarks.servers import ROOT
from benchmarks.stage import Database
from benchmarks.table import Figure, rates
from benchmarks.webhooks.delivering import CHANNELS, RATE, Waits, delivering, waits
from benchmarks.webhooks.ground import Ground, warm_up
from benchmarks.webhooks.receivers import Receivers, receiving

ROOM = "benchmarks.peers.queues"
KINDS = {"deliver": "one job a delivery", "drain": "one job a wake-up"}


class Queue(NamedTuple):
    """A task queue, and the command of its worker: one process, as ours is."""

    name: str
    worker: tuple[str, ...]


PROCRASTINATE = Queue("procrastinate", ("-m", f"{ROOM}.on_procrastinate"))
CELERY = Queue(
    "Celery",
    (
        *(
            "-m",
            "celery",
            "--app",
            f"{ROOM}.on_celery:app",
            "worker",
            "--pool",
            "gevent",
            "--concurrency",
            "50",
        ),
        *("--concurrency", "50", "--loglevel", "warning"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    ),
)
OURS = Queue("ours", ("manage.py", "deliver"))
Seens = dict[str, tuple[Seen, Waits]]


def figures(ground: Ground) -> Iterator[Figure]:
    ours = _measure(ground, OURS, "")
    for queue in (PROCRASTINATE, CELERY):
        for kind, words in KINDS.items():
            theirs = _measure(ground, queue, kind)
            yield from _rows(f"{queue.name}, {words}", ours, theirs)


def _rows(name: str, ours: tuple[Seen, Waits], theirs: tuple[Seen, Waits]) -> Iterator[Figure]:
    speeds = [Speed(seen.rate, (seen.cpu + seen.services) * 1e6) for seen, _ in (ours, theirs)]
    yield rates(f"webhooks: deliveries a second against {name}", speeds[0], speeds[1])
    name = f"webhooks: commit to socket, p50 and p99, {RATE}/s, against {name}"
    ratio = ours[1].at(0.99) / theirs[1].at(0.99)
    yield Figure(name, _shown(ours[1]), _shown(theirs[1]), ratio)


def _shown(seen: Waits) -> str:
    lost = f", {seen.lost} lost" if seen.lost else ""
    return f"{seen.at(0.5) * 1000:.0f} and {seen.at(0.99) * 1000:.0f} ms{lost}"


def _measure(ground: Ground, queue: Queue, kind: str) -> tuple[Seen, Waits]:
    """A backlog, and then changes as they come."""
    log, deliveries = ground.stage.folder / "queue.log", ground.sizes.deliveries // 4
    with receiving(SUBSCRIPTIONS) as receivers:
        database = backlog(ground, receivers, deliveries)
        _prepare(ground, database, queue, kind)
        with delivering(database.environment, log, queue.worker) as pid:
            seen = watch(ground, receivers, pid, deliveries)
    with receiving(CHANNELS, record=True) as receivers:
        return seen, _changes(ground, receivers, queue, kind)


def _changes(ground: Ground, receivers: Receivers, queue: Queue, kind: str) -> Waits:
    log, database = ground.stage.folder / "queue.log", ground.shops(receivers)
    if kind:
        _apply_schema(database, queue)
    jobs = (queue.name.lower(), kind) if kind else ()
    with delivering(database.environment, log, queue.worker) as pid:
        warm_up(database.environment, receivers, jobs)
        return waits(database.environment, receivers, pid, ground.sizes.watched, queue=jobs)


def _prepare(ground: Ground, database: Database, queue: Queue, kind: str) -> None:
    """Put the jobs of a backlog into the queue."""
    if not kind:
        return
    _apply_schema(database, queue)
    with database.connect() as connection:
        jobs = connection.execute(
            "SELECT s.id, o.channel_id, o.order_id FROM delivery_subscription s JOIN orders_salesorder o"
            " ON o.channel_id = s.identifier ORDER BY o.updated_time, s.id"
        ).fetchall()
    _python(database, "-m", f"{ROOM}.enqueuing", queue.name.lower(), kind, given=json.dumps(jobs))


def _apply_schema(database: Database, queue: Queue) -> None:
    """The tables of procrastinate."""
    if queue is PROCRASTINATE:
        _python(database, "-m", "procrastinate", "--app", f"{ROOM}.on_procrastinate.app", "schema", "--apply")


def _python(database: Database, *arguments: str, given: str = "") -> None:
    environment = {**database.environment, "DJANGO_SETTINGS_MODULE": "acommerce_status.settings"}
    subprocess.run(  # noqa: S603 - commands of this file
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        input=given.encode(),
        stdout=subprocess.DEVNULL,
        check=True,
    )
