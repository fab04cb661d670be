"""Two web workers on a primary, a standby and a Redis; a publisher, and all kinds of callers."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from benchmarks.soak import callers
from benchmarks.soak.callers import Act, Caller, Heard
from benchmarks.soak.publishing import fill, publish
from benchmarks.soak.report import Report
from benchmarks.soak.watch import Sample, Watch, web_workers
from testbed.installation import Installation, Publisher, client_of
from testbed.pollers import Poller, published
from testbed.replica_pair import filled, followed
from testbed.services import redis
from testbed.services.server import private_folder

WORKERS, THREADS = 2, 4
SAMPLE_SECONDS = 5
REST_SECONDS = 3  # from the last answer to the last sample

Part = tuple[str, Act, float]
"""A caller's name, what it does, and the seconds between."""


@dataclass(frozen=True)
class Stage:
    """All that runs, and who may call there: one caller has a small quota."""

    url: str
    log: Path
    watch: Watch
    publish: Publisher
    credentials: dict[str, str]
    limited: dict[str, str]


def soak(minutes: float) -> Report:
    """Run it; what was seen."""
    heard, stop, followers = Heard(), Event(), [Poller(), Poller(page_size=7)]
    with stage() as on, ExitStack() as clients:
        report = Report(heard, WORKERS * THREADS + 4, WORKERS * THREADS)
        threads = [Thread(target=publish, args=(on.publish, stop, heard))]
        threads[0].start()
        for name, act, pause in parts(followers, on.credentials):
            who = on.limited if name == "impatient" else on.credentials
            api = clients.enter_context(client_of(on.url, who))
            threads.append(Caller(name, api, act, pause, heard).start(stop))
        report.samples += samples(on.watch, 60 * minutes)
        stop.set()
        for thread in threads:
            thread.join()
        heard.wrong += [*losses(on, followers), *complaints(on.log)]
        clients.close()
        time.sleep(REST_SECONDS)
        report.left = on.watch.sample()
    return report


@contextmanager
def stage() -> Iterator[Stage]:
    """Pages are read from the standby."""
    with ExitStack() as stack:
        pair = stack.enter_context(followed(stack.enter_context(filled())))
        counters = stack.enter_context(redis())
        settings = {"DATABASE_REPLICA_URLS": pair.standby.url, "REDIS_URL": counters.url}
        size = {"WEB_CONCURRENCY": str(WORKERS), "WEB_THREADS": str(THREADS), "ORDER_RATE": "1000000/m"}
        both = Installation(pair.installation.variables | settings | size)
        limited = both.create_caller("impatient", rate="60/m")
        publisher = stack.enter_context(both.publisher())
        fill(publisher)
        server = stack.enter_context(both.serve(stack.enter_context(private_folder())))
        with client_of(server.url, pair.credentials):
            pass  # it is up
        watch = Watch(pair.primary, pair.standby, counters, web_workers())
        yield Stage(server.url, server.log, watch, publisher, pair.credentials, limited)


def parts(followers: list[Poller], credentials: dict[str, str]) -> list[Part]:
    """Who calls."""
    return [
        ("follower", callers.follow(followers[0]), 0.02),
        ("follower, pages of 7", callers.follow(followers[1]), 0.02),
        ("v2 reader", callers.follow_v2(), 0.05),
        ("newcomer", callers.begin_again, 2.0),
        ("by id", callers.name_orders(followers[0]), 0.05),
        ("careless", callers.be_careless, 0.3),
        ("impatient", callers.be_impatient, 0.05),
        ("new tokens", callers.renew(credentials), 1.0),
    ]


def samples(watch: Watch, seconds: float) -> Iterator[tuple[float, Sample]]:
    """One each few seconds, with its second."""
    started = time.monotonic()
    while (since := time.monotonic() - started) < seconds:
        yield since, watch.sample()
        time.sleep(SAMPLE_SECONDS)


def complaints(log: Path) -> list[str]:
    """What the servers wrote that is more than a warning; the access lines are switched off."""
    return [line for line in log.read_text().splitlines() if "ERROR" in line or "Traceback" in line]


def losses(on: Stage, followers: list[Poller]) -> Iterator[str]:
    """What a follower does not hold of what there is, once it has caught up."""
    time.sleep(REST_SECONDS)  # for the standby
    with client_of(on.url, on.credentials) as api:
        there = published(api)
        for follower in followers:
            follower.catch_up(api)
            if follower.held != there:
                yield f"A follower of pages of {follower.page_size} does not hold what is there."
