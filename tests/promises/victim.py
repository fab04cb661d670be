"""`python -m tests.promises.victim FILE TIMES`: begin to ingest a file, be killed, and that many times.

Prints how often it was killed before it was through.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

import django
from django.core.management import call_command, load_command_class
from django.db import connection

BATCH_SIZE = 100
FIRST, FURTHER = 30, 3
"""The first victim dies within so many statements, each further one may live for so many more: it begins with
what is there already, at six statements a batch or so, and a batch of what is new takes twenty."""
LONGEST_STATEMENT = 0.01


def main(file: str, times: int) -> None:
    """Fork, so that each victim costs no start of Python, and has a connection of its own."""
    django.setup(set_prefix=False)
    load_command_class("orders", "ingest")
    chance = random.Random(1)
    killed = 0
    for number in range(times):
        told, tell = os.pipe()
        victim = os.fork()
        if not victim:
            _ingest(file, tell)
        os.close(tell)
        _wait(told, chance.randint(1, FIRST + FURTHER * number))
        os.close(told)
        time.sleep(chance.uniform(0, LONGEST_STATEMENT))
        os.kill(victim, signal.SIGKILL)
        killed += os.WIFSIGNALED(os.waitpid(victim, 0)[1])
    print(killed)


def _wait(told: int, statements: int) -> None:
    """Return when so many have begun, or the victim has ended."""
    while statements > 0 and (heard := os.read(told, statements)):
        statements -= len(heard)


def _ingest(file: str, tell: int) -> None:
    def telling(execute: Callable[..., Any], *arguments: Any) -> Any:
        os.write(tell, b".")
        return execute(*arguments)

    status = 1
    try:
        with open(os.devnull, "w") as nowhere, connection.execute_wrapper(telling):  # noqa: PTH123 - no path of ours
            call_command("ingest", file, "--batch-size", str(BATCH_SIZE), stdout=nowhere)
        status = 0
    finally:
        os._exit(status)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "acommerce_status.settings")
    main(sys.argv[1], int(sys.argv[2]))
