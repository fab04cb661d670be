"""`python -m tests.promises.victim FILE TIMES`: begin to ingest a file, be killed, and that many times.

Prints how often it was killed before it was through.
"""

import os
import random
import signal
import sys
import time

import django
from django.core.management import call_command, load_command_class
from django.db import connection

LONGEST_LIFE = 0.6
"""Seconds. Each victim starts with what is there already, and that takes most of its life."""


def main(file: str, times: int) -> None:
    """Fork, so that each victim costs no start of Python, and has a connection of its own."""
    django.setup(set_prefix=False)
    load_command_class("orders", "ingest")
    chance = random.Random(1)
    killed = 0
    for _ in range(times):
        ready, about_to_begin = os.pipe()
        victim = os.fork()
        if not victim:
            _ingest(file, about_to_begin)
        os.close(about_to_begin)
        os.read(ready, 1)
        os.close(ready)
        time.sleep(chance.uniform(0, LONGEST_LIFE))
        os.kill(victim, signal.SIGKILL)
        killed += os.WIFSIGNALED(os.waitpid(victim, 0)[1])
    print(killed)


def _ingest(file: str, about_to_begin: int) -> None:
    status = 1
    try:
        connection.ensure_connection()
        os.write(about_to_begin, b"!")
        with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - it is no path of ours
            call_command("ingest", file, "--batch-size", "200", stdout=nowhere)
        status = 0
    finally:
        os._exit(status)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "acommerce_status.settings")
    main(sys.argv[1], int(sys.argv[2]))
