"""What every measurement starts from."""

from dataclasses import dataclass

from benchmarks.load import Rounds, Target
from benchmarks.servers import Running
from benchmarks.sizes import Sizes
from benchmarks.stage import Database, Stage
from testbed.feeds import FEED


@dataclass(frozen=True)
class Bench:
    """Ours, serving the large database; and a database with a tenth of the orders."""

    stage: Stage
    sizes: Sizes
    rounds: Rounds
    large: Database
    small: Database
    ours: Running

    def pages(self, offset: int = 0, count: int = 50) -> Target:
        """Full pages in turn, from the page at `offset` on."""
        return pages_of(self.ours, self.large.times(offset, count))

    def idle(self, **headers: str) -> Target:
        """The poll that hears nothing new."""
        return Target(self.ours, [f"{FEED}?updatedSince={self.large.newest()}"], headers)


def pages_of(server: Running, times: list[str], feed: str = FEED) -> Target:
    """The pages of `feed`, which may have parameters, after each of `times`."""
    mark = "&" if "?" in feed else "?"
    return Target(server, [f"{feed}{mark}updatedSince={time}" for time in times])
