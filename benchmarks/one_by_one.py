"""Publishes each line of standard input on its own, and tells when that was committed."""

import sys
import time

import django


def main() -> None:
    django.setup(set_prefix=False)
    from orders.publishing.ingest import publish  # noqa: PLC0415 - it imports models, which want Django set up

    for line in sys.stdin.buffer:
        publish([line])
        print(time.monotonic(), flush=True)


if __name__ == "__main__":
    main()
