"""Putting jobs into a queue: what a publisher would do after a commit.

`python -m benchmarks.peers.queues.enqueuing QUEUE KIND` puts in those of a JSON list of subscription, channel
and order on its standard input, and prints the seconds that it took.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

Job = tuple[int, str, str]
"""Subscription, channel and order."""


def enqueuer(queue: str, kind: str) -> Callable[[Sequence[Job]], None]:
    """Puts jobs into a queue: a `deliver` for each, or a `drain` for each subscription among them."""
    defer = {"procrastinate": _procrastinate, "celery": _celery}[queue]()

    def enqueue(jobs: Sequence[Job]) -> None:
        if kind == "deliver":
            for subscription, channel, order in jobs:
                lock = f"{subscription} {channel} {order}"
                defer(kind, lock, {"subscription": subscription, "channel": channel, "order": order})
        else:
            for subscription in dict.fromkeys(job[0] for job in jobs):
                defer(kind, f"drain {subscription}", {"subscription": subscription})

    return enqueue


def no_queue(batch: Sequence[dict[str, Any]]) -> None:
    """Nothing is put anywhere."""


def jobs_of(queue: str, kind: str) -> Callable[[Sequence[dict[str, Any]]], None]:
    """Puts the jobs for published events."""
    from delivery.models import Subscription  # noqa: PLC0415 - it wants Django set up

    enqueue = enqueuer(queue, kind)
    subscriptions = dict(Subscription.objects.values_list("identifier", "pk"))

    def after(batch: Sequence[dict[str, Any]]) -> None:
        enqueue(
            [(subscriptions[event["channelId"]], event["channelId"], event["orderId"]) for event in batch]
        )

    return after


def _procrastinate() -> Callable[[str, str, dict[str, Any]], None]:
    from procrastinate.exceptions import AlreadyEnqueued  # noqa: PLC0415 - only where it is measured

    from benchmarks.peers.queues.on_procrastinate import app  # noqa: PLC0415

    app.open()

    def defer(name: str, lock: str, values: dict[str, Any]) -> None:
        queueing_lock = lock if name == "drain" else None
        with suppress(AlreadyEnqueued):  # one is waiting, and will see it
            app.configure_task(name, lock=lock, queueing_lock=queueing_lock).defer(**values)

    return defer


def _celery() -> Callable[[str, str, dict[str, Any]], None]:
    from benchmarks.peers.queues.on_celery import app  # noqa: PLC0415 - only where it is measured

    def defer(name: str, _lock: str, values: dict[str, Any]) -> None:
        app.send_task(name, kwargs=values)

    return defer


def main(queue: str, kind: str) -> None:
    """Put them in."""
    enqueue = enqueuer(queue, kind)
    jobs = json.load(sys.stdin)
    began = time.monotonic()
    enqueue(jobs)
    print(time.monotonic() - began)


if __name__ == "__main__":
    main(*sys.argv[1:])
