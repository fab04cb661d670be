"""Subscriptions to a folder, turns of their batches, and readers of nothing but files."""

import csv
import hashlib
import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from threading import Event
from typing import Any

from django.core.management import call_command

from delivery.engine.leases import Leases
from delivery.files.deliverer import FileDeliverer
from delivery.files.process import deliver
from delivery.files.transport import FileTransport
from delivery.files.transports import transports
from delivery.models import FILE_SHARDS, Subscription

EVERY_MINUTE = "* * * * *"


def subscribe(
    folder: str = "shop", *options: str, start: str = "beginning", channel: str = "lazada-th"
) -> Subscription:
    """A subscription of `poller` to what is in the channel, into a folder, every minute."""
    output = StringIO()
    scope = () if "--partner" in options else ("--channel", channel)
    given = ("--folder", folder, "--cron", EVERY_MINUTE, "--start", start, *scope, *options)
    call_command("subscribe_folder", "poller", *given, stdout=output)
    return Subscription.objects.get(public_id=json.loads(output.getvalue())["subscriptionId"])


def make_due(*rows: Subscription) -> None:
    """Their slot has come."""
    Subscription.objects.filter(pk__in=[row.pk for row in rows]).update(due_time=datetime.now(UTC))


def delivered(*rows: Subscription, by: dict[str, FileTransport] | None = None, owner: str = "a") -> None:
    """Have what is due delivered, by a process of one turn."""
    make_due(*rows)
    deliver(FileDeliverer(Leases(owner, shards=FILE_SHARDS), by or transports()), Event(), once=True)


def files(folder: Path) -> list[Path]:
    """The files of data, by number."""
    return sorted(
        (path for path in folder.iterdir() if ".csv" in path.name and not path.name.endswith(".json")),
        key=lambda path: path.name.split("_")[3],
    )


def manifest(file: Path) -> dict[str, Any]:
    """What goes with a file."""
    found: dict[str, Any] = json.loads(file.with_name(f"{file.name}.json").read_text())
    return found


def rows_of(file: Path) -> list[dict[str, str]]:
    """Its rows, by the names of the columns."""
    with file.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
