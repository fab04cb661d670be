"""Processes that live and end together."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from types import FrameType

GRACE_SECONDS = 20  # the server takes up to 15
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, a supervisor, a terminal that is closed."""


def run_together(commands: Sequence[Sequence[str]], environment: Mapping[str, str]) -> int:
    """Run all until the first ends or we are told to stop; then end the others. The first one's status.

    `environment` is put over ours. Each has a session of its own, so that a Ctrl-C reaches us alone: one that
    is still starting would answer it with a traceback.
    """
    stopping = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    before = {number: signal.signal(number, stop) for number in ENDING}
    variables = {**os.environ, **environment}
    processes = [
        subprocess.Popen(command, env=variables, start_new_session=True)  # noqa: S603 - our own commands
        for command in commands
    ]
    try:
        while not stopping and all(process.poll() is None for process in processes):
            time.sleep(0.1)
    finally:
        _end(processes)
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0 if stopping else next((process.returncode for process in processes if process.returncode), 0)


def _end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
