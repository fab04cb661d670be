"""Files into a folder of this server."""

from pathlib import Path

import pytest

from testbed.events import event, new_orders
from testbed.file_readers import files_in, manifest_of, rows_of
from tests.conftest import Publish
from tests.delivery.files.folders import subscribe, working

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("deliverable", "caller")]


def test_what_changed_is_in_a_file_with_a_manifest(outbox: Path, publish: Publish) -> None:
    row = subscribe()
    with working() as worker:
        publish(*new_orders(3))
        worker.catch_up(row)
        publish(event(orderId="O-2", status="COMPLETED", eventId="e-done"))
        worker.catch_up(row)

    first, second = files_in(outbox / "shop")
    before = manifest_of(first)
    assert [line["orderId"] for line in rows_of(first)] == ["O-1", "O-2", "O-3"]
    assert [line["orderId"] for line in rows_of(second)] == ["O-2", "O-2"]
    assert manifest_of(second) == {
        "subscription": row.public_id,
        "number": 2,
        "name": second.name,
        "since": before["until"],
        "until": rows_of(second)[0]["updatedTime"],
        "orders": 1,
        "rows": 2,
        "bytes": second.stat().st_size,
        "sha256": manifest_of(second)["sha256"],
        "previousSha256": before["sha256"],
        "replayed": False,
        "erased": False,
    }
