"""Load by wrk, in interleaved rounds: what disturbs the machine disturbs both sides."""

import json
import os
import shutil
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.processes import cpu_seconds
from benchmarks.servers import Running

CONNECTIONS = 16
SCRIPT = Path(__file__).with_name("load.lua")


@dataclass(frozen=True)
class Load:
    """What one run of wrk saw; times in milliseconds."""

    requests: int
    seconds: float
    bytes: int
    p50: float
    p99: float
    errors: int

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.requests / self.seconds


@dataclass(frozen=True)
class Speed:
    """Answers a second, and microseconds of CPU for each: of the server, PostgreSQL and Redis together."""

    rate: float
    cpu: float


@dataclass(frozen=True)
class Target:
    """A server and the paths that are asked of it in turn."""

    server: Running
    paths: Sequence[str]
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rounds:
    """How long a comparison takes: `count` rounds of `seconds` for each side, once its server is warm."""

    count: int
    seconds: int
    folder: Path
    services: Sequence[int] = ()
    """The processes that servers stand on: PostgreSQL and Redis."""
    warm: set[str] = field(default_factory=set)

    def compare(self, ours: Target, theirs: Target) -> tuple[Speed, Speed]:
        """The speed of both, each the median of its rounds."""
        rounds: tuple[list[Speed], list[Speed]] = ([], [])
        for target in (ours, theirs):
            self._warm_up(target)
        for _ in range(self.count):
            for target, seen in zip((ours, theirs), rounds, strict=True):
                seen.append(self._measure(target))
        return _median(rounds[0]), _median(rounds[1])

    def speed(self, target: Target) -> Speed:
        """The median of all rounds."""
        self._warm_up(target)
        return _median([self._measure(target) for _ in range(self.count)])

    def _measure(self, target: Target) -> Speed:
        before = self._cpu(target)
        load = self.drive(target)
        return Speed(load.rate, (self._cpu(target) - before) / load.requests * 1e6)

    def _cpu(self, target: Target) -> float:
        return sum(cpu_seconds(pid) for pid in (target.server.pid, *self.services))

    def _warm_up(self, target: Target) -> None:
        if target.server.url not in self.warm:
            self.drive(target, seconds=1)
            self.warm.add(target.server.url)

    def drive(self, target: Target, seconds: int = 0, connections: int = CONNECTIONS, pause: int = 0) -> Load:
        """One run of wrk. Raises RuntimeError for an answer of 400 and above, or none."""
        paths = self.folder / "paths"
        paths.write_text("".join(f"{path}\n" for path in target.paths))
        headers = [f"{name}: {value}" for name, value in {**target.server.headers, **target.headers}.items()]
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds or self.seconds}s", "--timeout", "30s"]
        output = subprocess.run(  # noqa: S603 - a command of this file
            [*command, "-s", str(SCRIPT), target.server.url, "--", str(paths), *headers],
            env={**os.environ, "WRK_PAUSE": str(pause)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        load = Load(**json.loads(output.splitlines()[-1]))
        if load.errors or not load.requests:
            raise RuntimeError(f"{load.errors} errors from {target.server.url}{target.paths[0]}")
        return load


def _median(rounds: Sequence[Speed]) -> Speed:
    return Speed(statistics.median(r.rate for r in rounds), statistics.median(r.cpu for r in rounds))


def wrk_version() -> str:
    """The version of wrk. Raises RuntimeError with how to get it."""
    if shutil.which("wrk") is None:
        raise RuntimeError(
            "wrk is not installed: apt-get install wrk (or your system's package of that name)."
        )
    output = subprocess.run(["wrk", "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S607 - as PATH has it
    return output.split(" ", 2)[1].removeprefix("debian/")
