"""Publishes what the tests tell it, on the database of its environment: see tests.promises.installation.

A line of standard input is a JSON list of events, published as one; its answer is a line too: the summary.
"""

import sys
from dataclasses import asdict

import django
import orjson


def main() -> None:
    """Publish until the input ends."""
    django.setup()
    from orders.ingest import publish  # noqa: PLC0415 - a module with models, so after setup

    for line in sys.stdin.buffer:
        events = orjson.loads(line)
        summary = publish(events, batch_size=len(events))
        sys.stdout.buffer.write(orjson.dumps(asdict(summary)) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
