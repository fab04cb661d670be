"""A process that is killed between any two steps: no gap, and no number twice with other bytes."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from delivery.files import folders, serving
from delivery.models import Batch, Subscription
from testbed import file_readers
from testbed.events import event, new_orders
from testbed.file_readers import files_in
from tests.conftest import Publish
from tests.delivery.files.folders import feed, make_due, subscribe, working

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("deliverable", "caller")]


class Killed(BaseException):
    """The process is gone here."""


def killing(step: Callable[..., Any], *, after: bool) -> Callable[..., Any]:
    """The step, and the end of the process before it or after it."""

    def stepping(*arguments: Any, **named: Any) -> Any:
        if after:
            step(*arguments, **named)
        raise Killed

    return stepping


STEPS = [
    (serving, "cut"),
    (serving, "freeze"),
    (serving, "file_of"),
    (serving, "opened"),
    (folders, "_write"),
    (os, "link"),
    (serving, "save"),
]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("module", "name"), STEPS, ids=[name for _, name in STEPS])
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_killed(
    outbox: Path, publish: Publish, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, after: bool
) -> None:
    row = subscribe("shop", "--max-orders", "2")
    publish(*new_orders(3))
    with working("killed") as worker, monkeypatch.context() as patch:
        patch.setattr(module, name, killing(getattr(module, name), after=after))
        make_due(row)
        with pytest.raises(Killed):
            worker.turn(row)
    frozen = {batch.number: batch.sha256 for batch in Batch.objects.all()}
    publish(event(orderId="O-1", eventId="meanwhile"))
    with working("next") as worker:
        worker.catch_up(row)

    assert file_readers.read(outbox / "shop") == feed()
    numbers = {batch.number: batch.sha256 for batch in Batch.objects.all()}
    assert frozen.items() <= numbers.items()
    assert len(files_in(outbox / "shop")) == len(numbers)
    assert [path.name for path in (outbox / "shop").iterdir() if path.name.startswith(".")] == []


def test_killed_between_the_file_and_its_manifest(
    outbox: Path, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = subscribe()
    publish(*new_orders(2))
    real = folders.put
    with working("killed") as worker, monkeypatch.context() as patch:

        def put(folder: int, name: str, *arguments: Any) -> None:
            if name.endswith(".json"):
                raise Killed
            real(folder, name, *arguments)

        patch.setattr(folders, "put", put)
        make_due(row)
        with pytest.raises(Killed):
            worker.turn(row)
    with working("next") as worker:
        worker.catch_up(row)

    assert file_readers.read(outbox / "shop") == feed()


def test_position_number_and_bytes_are_one_transaction(
    outbox: Path, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = subscribe()
    publish(*new_orders(2))
    with working() as worker, monkeypatch.context() as patch:
        patch.setattr("delivery.files.freezing.BatchPart.objects.create", killing(print, after=False))
        make_due(row)
        before = Subscription.objects.values().get(pk=row.pk)
        with pytest.raises(Killed):
            worker.turn(row)

        assert Subscription.objects.values().get(pk=row.pk) == before
    assert not Batch.objects.exists()
