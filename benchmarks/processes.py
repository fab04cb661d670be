"""The memory and CPU time of processes, as the kernel counts them."""

import os
import subprocess
import time
from pathlib import Path

MEGABYTE = 1024  # of the kernel's kB


def resident(pid: int) -> float:
    """Megabytes that a process holds now."""
    return _status(pid, "VmRSS")


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def cpu_seconds(pid: int) -> float:
    """The CPU time that a process and all that it started have taken, ended ones included."""
    try:
        ticks, below = sum(_ticks(pid)), children(pid)
    except OSError:
        return 0.0  # ended just now, and its parent has its time
    return ticks / os.sysconf("SC_CLK_TCK") + sum(map(cpu_seconds, below))


def own_cpu_seconds(pid: int) -> float:
    """The CPU time that a process has taken itself."""
    return sum(_ticks(pid)[:2]) / os.sysconf("SC_CLK_TCK")


def _ticks(pid: int) -> list[int]:
    """In user mode and in the kernel, and both of ended children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return [int(fields[index]) for index in (11, 12, 13, 14)]


def peak_until_end(process: subprocess.Popen[str]) -> float:
    """The most megabytes that a process held at any time, once it has ended."""
    peak = 0.0
    while process.poll() is None:
        try:
            peak = max(peak, _status(process.pid, "VmHWM"))
        except (OSError, StopIteration):
            break  # ended just now
        time.sleep(0.02)
    process.wait()
    return peak


def _status(pid: int, name: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / MEGABYTE for line in lines if line.startswith(f"{name}:"))
