"""Processes that publish changes of the same orders, and receivers that fail now and then."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from testbed.events import event
from testbed.installation import Installation
from testbed.receivers import Answer, Received, Receiver

STATUSES = ["IN_PROGRESS", "COMPLETED", "NEW"]


def failing_once(rng: random.Random, share: float) -> Callable[[Received], Answer]:
    """Fails a share of the states, each once; and is slow, so that much is under way when a process ends."""
    failed: set[str] = set()

    def answer(post: Received) -> Answer:
        time.sleep(rng.uniform(0, 0.04))
        if post.headers["webhook-id"] in failed or rng.random() > share:
            return 200, {}
        failed.add(post.headers["webhook-id"])
        return 500, {}

    return answer


@contextmanager
def writing(place: Installation, writers: int, prefix: str, pause: float = 0.02) -> Iterator[None]:
    """So many processes that publish changes of 200 orders, until the block ends."""
    ending = Event()

    def write(writer: int) -> None:
        rng = random.Random(writer)
        with place.publisher() as publish:
            while not ending.wait(pause):
                number, new = rng.randint(1, 200), f"{prefix}-{writer}-{rng.random()}"
                publish(event(orderId=f"{prefix}-{number}", eventId=new, status=rng.choice(STATUSES)))

    threads = [Thread(target=write, args=(writer,)) for writer in range(writers)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ending.set()
        for thread in threads:
            thread.join()


def sent_twice(receiver: Receiver) -> list[tuple[Received, Received]]:
    """The deliveries of states that were accepted twice: the earlier one and the later one."""
    accepted: dict[str, Received] = {}
    found: list[tuple[Received, Received]] = []
    for post in receiver.received:
        name = post.headers["webhook-id"]
        if post.status >= 300:
            continue
        if name in accepted:
            found.append((accepted[name], post))
        accepted[name] = post
    return found
