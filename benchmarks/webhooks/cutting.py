"""Cuts and freezes the batch of the one subscription to files.

It prints orders, rows, and the seconds by the clock and of CPU.
"""

import time
from datetime import UTC, datetime

import django


def main() -> None:
    """As the process for files does it."""
    django.setup(set_prefix=False)
    from delivery.engine.leases import Leases  # noqa: PLC0415 - after setup, as the others
    from delivery.files.cutting import cut  # noqa: PLC0415
    from delivery.files.freezing import Lease, freeze  # noqa: PLC0415
    from delivery.models import FILE_SHARDS, Subscription  # noqa: PLC0415

    leases = Leases("benchmark", shards=FILE_SHARDS)
    leases.renew(set())
    row = Subscription.objects.get(mechanism="file")
    began, used = time.monotonic(), time.process_time()
    batch = freeze(row, Lease("benchmark", row.shard, leases.fences[row.shard]), cut(row), datetime.now(UTC))
    if batch is None:
        raise RuntimeError("no batch was made")
    print(batch.orders, batch.rows, time.monotonic() - began, time.process_time() - used)


if __name__ == "__main__":
    main()
