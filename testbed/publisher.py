"""Publishes what it reads, to the database of its environment: see testbed.installation.

A line of standard input is a JSON list of events, published as one; its answer is a line too: the summary.
With `--misbehave SEED`, and `--without-lock`, it behaves as testbed.misbehaving describes.
"""

import sys
from argparse import ArgumentParser
from contextlib import nullcontext
from dataclasses import asdict

import django
import orjson


def main() -> None:
    """Publish until the input ends."""
    parser = ArgumentParser()
    parser.add_argument("--misbehave", type=int, metavar="SEED")
    parser.add_argument("--without-lock", action="store_true")
    options = parser.parse_args()
    django.setup(set_prefix=False)
    from orders.publishing.ingest import publish  # noqa: PLC0415 - a module with models, so after setup
    from testbed import misbehaving  # noqa: PLC0415 - as above

    if options.without_lock:
        misbehaving.take_the_lock_out()
    manners = None if options.misbehave is None else misbehaving.Misbehaviour(options.misbehave)
    for line in sys.stdin.buffer:
        events = orjson.loads(line)
        with manners or nullcontext():
            summary = misbehaving.until_committed(publish, events)
        answer = asdict(summary) | (manners.done if manners else {})
        sys.stdout.buffer.write(orjson.dumps(answer) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
