"""Subscriptions made past the API, whose limits a hundred thousand would meet for days.

`python -m benchmarks.webhooks.subscriptions` makes those of a JSON object on its standard input.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import django

from benchmarks.servers import ROOT

SECRET = "whsec_bm90IGEgc2VjcmV0LCBidXQgYXMgbG9uZyBhcyBvbmU="  # noqa: S105 - of receivers that check nothing
WEBHOOK: dict[str, Any] = {
    "mechanism": "webhook",
    "settings": {"format": "SALES_ORDER_STATUS_V3", "rate": None, "concurrency": 8},
}
FILE: dict[str, Any] = {
    "mechanism": "file",
    "due_time": datetime(2100, 1, 1, tzinfo=UTC),
    "settings": {
        "schedule": {"cron": "* * * * *", "timeZone": "UTC"},
        "layout": "events",
        "whenEmpty": "heartbeat",
        "compress": False,
        "bom": False,
        "formulaGuard": False,
        "maxOrders": 10_000,
    },
}


def subscribe(
    environment: Mapping[str, str],
    urls: Sequence[str],
    channels: Sequence[str],
    *,
    from_beginning: bool = False,
    folders: bool = False,
) -> None:
    """A webhook for each url, of the channel beside it; or with `folders` files for folders of these names.

    Call it while nothing delivers: nobody is told. Files are not due before the next century.
    """
    subprocess.run(
        [sys.executable, "-m", "benchmarks.webhooks.subscriptions"],
        cwd=ROOT,
        env={**environment, "DJANGO_SETTINGS_MODULE": "acommerce_status.settings"},
        input=json.dumps([list(urls), list(channels), from_beginning, folders]).encode(),
        check=True,
    )


def main(urls: list[str], channels: list[str], from_beginning: bool, folders: bool) -> None:
    """Make them, and their caller."""
    django.setup(set_prefix=False)
    from django.db import connection  # noqa: PLC0415 - after setup, as the others

    from callers.models import Caller, Grant  # noqa: PLC0415
    from delivery.models import SHARDS, Subscription  # noqa: PLC0415

    caller, _ = Caller.objects.get_or_create(username="receiver", defaults={"key_digest": b""})
    grants = [Grant(caller=caller, kind="channel", identifier=name) for name in sorted(set(channels))]
    Grant.objects.bulk_create(grants, ignore_conflicts=True, batch_size=5_000)
    newest = Subscription.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    columns = _columns(caller, from_beginning) | (FILE if folders else WEBHOOK)
    rows = (
        Subscription(
            pk=pk,
            public_id=f"sub{pk:016x}",
            shard=pk % SHARDS + (SHARDS if folders else 0),
            identifier=channel,
            settings={**columns["settings"], "folder" if folders else "url": url},
            **{name: value for name, value in columns.items() if name != "settings"},
        )
        for pk, (url, channel) in enumerate(zip(urls, channels, strict=True), newest + 1)
    )
    Subscription.objects.bulk_create(rows, batch_size=1_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _columns(caller: Any, from_beginning: bool) -> dict[str, Any]:
    """What all of them have."""
    from django.utils import timezone  # noqa: PLC0415 - after setup, as the others

    from delivery import secrets  # noqa: PLC0415
    from delivery.registration.creating import position_of  # noqa: PLC0415

    return {
        "caller": caller,
        "kind": "channel",
        "name": "a receiver",
        "secrets": secrets.seal({"secrets": [{"text": SECRET}], "authorization": None}),
        "created_time": timezone.now(),
        "change_number": 0,
        "position": position_of("beginning" if from_beginning else "now"),
    }


if __name__ == "__main__":
    main(*json.load(sys.stdin))
