"""The same hundred orders from others, with the same number of processes, beside ours."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from urllib.parse import urlencode

from benchmarks import same_orders
from benchmarks.bench import Bench
from benchmarks.load import Target
from benchmarks.peers import postgrest as postgrest_peer
from benchmarks.servers import POSTGREST, Command, Site, postgrest, serving, uvicorn, wsgi
from benchmarks.table import Figure, rates
from testbed.dataset import BIG

SLOW = 2  # seconds: the least that tells anything of a server that needs one for nine answers
COMPARED = 3  # pages
GZIP = {"Accept-Encoding": "gzip"}
DOCUMENTS = "FastAPI, stored documents"
PACKED = "FastAPI, stored documents through its GZipMiddleware"
LONG_AGO = "2026-01-01T00:00:00Z"


@dataclass(frozen=True)
class Peer:
    """A competitor: how it is served, where its page is, and what we want to reach beside it."""

    site: Site
    page: Callable[[str], str]
    target: float
    seconds: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    """What both are asked with."""
    idle_target: float | None = None
    """Where its idle poll is measured, too: what we want to reach beside that."""


def figures(bench: Bench) -> Iterator[Figure]:
    for peer in _peers(bench.large.environment):
        title = f"{'gzip' if peer.headers else 'full'} page against {peer.site.name}"
        if peer.site.name == "PostgREST" and not POSTGREST.exists():
            yield Figure(title, "", "", None, peer.target, missing="it comes by npm, which did not bring it")
        else:
            yield from _beside(bench, peer, title)


def _beside(bench: Bench, peer: Peer, title: str) -> Iterator[Figure]:
    times = bench.large.times()
    with serving(peer.site, bench.stage.folder / "peer.log") as theirs:
        ours, other = bench.pages(), Target(theirs, [peer.page(time) for time in times])
        for mine, their in islice(zip(ours.paths, other.paths, strict=True), COMPARED):
            same_orders.check(bench.ours.get(mine)[2], theirs.get(their)[2], peer.site.name)
        rounds = replace(bench.rounds, seconds=max(peer.seconds, bench.rounds.seconds))
        asked = [replace(target, headers=peer.headers) for target in (ours, other)]
        yield rates(title, *rounds.compare(*asked), target=peer.target)
        if peer.idle_target:
            idle = Target(theirs, [peer.page(bench.large.newest())])
            name = f"idle poll against {peer.site.name}, which asks the database"
            yield rates(name, *rounds.compare(bench.idle(), idle), target=peer.idle_target)


def _peers(environment: dict[str, str]) -> list[Peer]:
    def plain(time: str) -> str:
        return f"/orders/{BIG}?{urlencode({'since': time})}"

    def site(name: str, command: Command) -> Site:
        return Site(name, command, environment, plain(LONG_AGO))

    def rest_page(time: str) -> str:
        return postgrest_peer.page(BIG, time)

    rest = {**environment, **postgrest_peer.environment(environment["DATABASE_URL"])}
    return [
        Peer(site("stock DRF", wsgi("benchmarks.peers.stock_drf.wsgi")), plain, 40, SLOW),
        Peer(site("FastAPI, JSON in SQL", uvicorn("benchmarks.peers.fastapi_sql")), plain, 3),
        Peer(Site("PostgREST", postgrest, rest, rest_page(LONG_AGO)), rest_page, 5),
        Peer(site(DOCUMENTS, uvicorn("benchmarks.peers.fastapi_documents")), plain, 0.8, idle_target=1.3),
        Peer(site(PACKED, uvicorn("benchmarks.peers.fastapi_gzip")), plain, 3, headers=GZIP),
    ]
