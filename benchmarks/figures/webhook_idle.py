"""What very many subscriptions cost while nothing changes."""

import time
from collections.abc import Iterator

from benchmarks.processes import cpu_seconds, own_cpu_seconds
from benchmarks.stage import Database
from benchmarks.table import Figure
from benchmarks.webhooks.changes import channel_of
from benchmarks.webhooks.delivering import delivering
from benchmarks.webhooks.ground import Ground
from benchmarks.webhooks.subscriptions import subscribe

AT_LEAST = 12
"""Seconds: leases are renewed every 5."""
CALM = 0.1
"""Of a core: a process that takes less has started."""
BACKENDS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def figures(ground: Ground) -> Iterator[Figure]:
    many, none, count = ground.database(), ground.database(), ground.sizes.idle
    nobody = "http://127.0.0.1:9/hook"
    subscribe(many.environment, [nobody] * count, [channel_of(number) for number in range(count)])
    log = ground.stage.folder / "deliver.log"
    with delivering(many.environment, log) as busy, delivering(none.environment, log) as empty:
        for pid in (busy, empty):
            _calm(pid)
        before = _cpu(many, busy), _cpu(none, empty)
        seconds = max(AT_LEAST, ground.sizes.watched)
        time.sleep(seconds)
        ours = 100 * (_cpu(many, busy) - before[0]) / seconds
        theirs = 100 * (_cpu(none, empty) - before[1]) / seconds
    name = f"webhooks: {count:,} idle subscriptions against none, of a core"
    yield Figure(name, f"{ours:.1f} %", f"{theirs:.1f} %", ours - theirs, 1, at_most=True, unit="% more")


def _cpu(database: Database, pid: int) -> float:
    """CPU seconds of a deliverer and of what PostgreSQL does for it."""
    with database.connect() as connection:
        backends = [pid for (pid,) in connection.execute(BACKENDS)]
    return own_cpu_seconds(pid) + sum(map(cpu_seconds, backends))


def _calm(pid: int) -> None:
    """Return when the process has started and has looked at all that it holds."""
    time.sleep(3)
    used = own_cpu_seconds(pid)
    while True:
        time.sleep(1)
        before, used = used, own_cpu_seconds(pid)
        if used - before < CALM:
            return
