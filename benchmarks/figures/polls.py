"""Idle polls and pages of ours, beside each other and beside the least that Django can do."""

from collections.abc import Iterator
from http.client import NOT_MODIFIED

from benchmarks.bench import Bench, pages_of
from benchmarks.load import Target
from benchmarks.servers import Site, serving, wsgi
from benchmarks.stage import PAGE
from benchmarks.table import Figure, rates
from testbed.dataset import BIG
from testbed.feeds import FEED


def figures(bench: Bench) -> Iterator[Figure]:
    yield from _idle(bench)
    yield from _wires(bench)
    yield from _growth(bench)
    yield from _by_id(bench)


def _idle(bench: Bench) -> Iterator[Figure]:
    bare = Site("a bare view", wsgi("benchmarks.peers.bare"), bench.large.environment, "/orders")
    with serving(bare, bench.stage.folder / "peer.log") as theirs:
        against = bench.rounds.compare(bench.idle(), Target(theirs, ["/orders"]))
    yield rates("idle poll against a bare Django view under gunicorn", *against, target=0.75)
    etag = bench.ours.get(bench.idle().paths[0])[1]["ETag"]
    if bench.ours.status(bench.idle().paths[0], **{"If-None-Match": etag}) != NOT_MODIFIED:
        raise RuntimeError("an unchanged page was not answered by 304")
    matching = bench.idle(**{"If-None-Match": etag})
    yield rates(
        "idle poll with If-None-Match against one without",
        *bench.rounds.compare(matching, bench.idle()),
        target=1,
    )


def _wires(bench: Bench) -> Iterator[Figure]:
    times = bench.large.times()
    v3, v2 = bench.pages(), pages_of(bench.ours, times, FEED.replace("/v3/", "/v2/"))
    yield rates("v2 page against v3 page, each order seen first", *bench.rounds.compare(v2, v3), target=0.55)
    few = [Target(bench.ours, target.paths[:5]) for target in (v2, v3)]
    yield rates("v2 page against v3 page, the same few pages", *bench.rounds.compare(*few), target=0.65)
    packed = Target(bench.ours, v3.paths, {"Accept-Encoding": "gzip"})
    yield rates("gzip page against plain page", *bench.rounds.compare(packed, v3), target=1.2)


def _growth(bench: Bench) -> Iterator[Figure]:
    orders = bench.sizes.orders
    first, last = bench.pages(count=20), bench.pages(orders // PAGE - 21, 20)
    yield rates(
        f"last pages of {orders:,} orders against the first", *bench.rounds.compare(last, first), target=0.9
    )
    errors = _error_pages(bench)
    yield rates(
        "orderStatus=ERROR, 1 in 1000, against a page of all",
        *bench.rounds.compare(errors, first),
        target=0.9,
    )
    with bench.stage.serve(bench.small) as smaller:
        there = pages_of(smaller, bench.small.times(count=20))
        yield rates(
            f"full page at {orders:,} orders against a tenth", *bench.rounds.compare(first, there), target=0.9
        )
        idle = Target(smaller, [f"{FEED}?updatedSince={bench.small.newest()}"])
        yield rates(
            f"idle poll at {orders:,} orders against a tenth",
            *bench.rounds.compare(bench.idle(), idle),
            target=0.9,
        )


def _by_id(bench: Bench) -> Iterator[Figure]:
    """Each order is asked for once in a while; an idle poll costs no query, unless it is told to."""
    paths = [f"{FEED}/id?id={order}" for order in _order_ids(bench)]
    by_id, idle = Target(bench.ours, paths), bench.idle()
    yield rates("one order by id against the idle poll", *bench.rounds.compare(by_id, idle))
    with bench.stage.serve(bench.large, FEED_MEMORY_MILLISECONDS="0") as forgetful:
        asking = Target(forgetful, idle.paths)
        name = "one order by id against an idle poll that asks the database"
        yield rates(name, *bench.rounds.compare(by_id, asking), target=0.8)
        yield rates("idle poll against one that asks the database", *bench.rounds.compare(idle, asking))


def _error_pages(bench: Bench) -> Target:
    """Full pages of orders in ERROR."""
    return pages_of(
        bench.ours,
        bench.large.times(status="ERROR")[: max(1, bench.sizes.orders // 1000 // PAGE)],
        f"{FEED}?orderStatus=ERROR",
    )


def _order_ids(bench: Bench) -> list[str]:
    with bench.large.connect() as connection:
        rows = connection.execute(
            "SELECT order_id FROM orders_salesorder WHERE channel_id = %s LIMIT 20000", [BIG]
        )
        return [row[0] for row in rows]
