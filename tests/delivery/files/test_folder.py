"""Files into a folder of this server."""

from pathlib import Path

import pytest

from testbed.events import event, new_orders
from tests.conftest import Publish
from tests.delivery.files.folders import delivered, files, manifest, rows_of, sha256, subscribe

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("deliverable", "caller")]


def test_what_changed_is_in_a_file_with_a_manifest(outbox: Path, publish: Publish) -> None:
    row = subscribe()
    publish(*new_orders(3))
    delivered(row)
    publish(event(orderId="O-2", status="COMPLETED", eventId="e-done"))
    delivered(row)

    first, second = files(outbox / "shop")
    assert [line["orderId"] for line in rows_of(first)] == ["O-1", "O-2", "O-3"]
    assert [line["orderId"] for line in rows_of(second)] == ["O-2", "O-2"]
    assert manifest(second) == {
        "subscription": row.public_id,
        "number": 2,
        "name": second.name,
        "since": manifest(first)["until"],
        "until": rows_of(second)[0]["updatedTime"],
        "orders": 1,
        "rows": 2,
        "bytes": second.stat().st_size,
        "sha256": sha256(second),
        "previousSha256": sha256(first),
        "replayed": False,
        "erased": False,
    }
