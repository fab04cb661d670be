"""What one web worker holds after very many polls."""

from collections.abc import Iterator

from benchmarks.bench import Bench, pages_of
from benchmarks.load import Target
from benchmarks.processes import children, resident
from benchmarks.table import Figure
from testbed.feeds import FEED

SLICE = 5  # seconds


def figures(bench: Bench) -> Iterator[Figure]:
    with bench.stage.serve(bench.large, processes=1) as ours:
        idle = [f"{FEED}?updatedSince={bench.large.newest()}"] * 9
        pages = pages_of(ours, bench.large.times(count=200)).paths
        old = pages_of(ours, bench.large.times(count=200), FEED.replace("/v3/", "/v2/")).paths
        polls = Target(
            ours, [path for some in zip(pages, old, strict=True) for path in (*some, *idle, *idle)]
        )
        first, early = _after(bench, polls, bench.sizes.polls // 5)
        second, late = _after(bench, polls, bench.sizes.polls - first)
    name = f"memory of a worker after {first + second:,} polls"
    yield Figure(name, f"{late:.0f} MB", "", late, 100, at_most=True, unit="MB")
    name = f"memory of a worker against after {first:,}"
    yield Figure(name, f"{late:.0f} MB", f"{early:.0f} MB", late / early, 1.05, at_most=True)


def _after(bench: Bench, polls: Target, count: int) -> tuple[int, float]:
    """At least `count` more polls: how many they were, and the megabytes of the worker then."""
    done = 0
    while done < count:
        done += bench.rounds.drive(polls, min(SLICE, bench.sizes.seconds)).requests
    return done, max(map(resident, children(polls.server.pid)))
