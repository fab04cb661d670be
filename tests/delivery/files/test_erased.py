"""An order that is erased: rows, attempts and files that hold it; and cutting over what was forgotten."""

import csv
import gzip
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

from delivery import erasing
from delivery.erased_batches import holds
from delivery.erasing import Erased, erase
from delivery.files import cutting, serving
from delivery.files.cutting import Cut
from delivery.files.stored import pieces
from delivery.models import Attempt, Batch, HeldOrder, Subscription
from orders import feed
from orders.models import FeedClock, Forgotten, SalesOrder
from orders.publishing.forget import forget
from orders.publishing.removing import erase_order
from testbed.events import event, new_orders, shipment_event
from tests.conftest import Publish
from tests.delivery.files.folders import make_due, subscribe, working
from tests.shapes import assert_problem

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("deliverable", "caller", "outbox")]

CHANNEL = "lazada-th"


@pytest.fixture(autouse=True)
def nothing_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """No wait for deliveries of another process."""
    monkeypatch.setattr(erasing, "UNDER_WAY_SECONDS", 0)


def erased(order_id: str, channel_id: str = CHANNEL) -> Erased:
    """What the command does."""
    found = erase_order(channel_id=channel_id, order_id=order_id)
    return erase(
        channel_id=channel_id,
        order_id=order_id,
        partner_id=found.partner_id if found else None,
        updated_time=found.updated_time if found else None,
    )


def orders_in(batch: Batch) -> list[str]:
    """The ids of the orders in a kept file."""
    text = b"".join(pieces(batch, inflate=True)).decode("utf-8-sig")
    return list(dict.fromkeys(row["orderId"] for row in csv.DictReader(io.StringIO(text, newline=""))))


def undelivered(row: Subscription) -> Batch:
    """The newest batch, as if its receiver had not taken it."""
    newest = row.batches.order_by("-number")[0]
    Batch.objects.filter(pk=newest.pk).update(delivered_time=None)
    return row.batches.get(pk=newest.pk)


@pytest.mark.parametrize("scope", [("channel", CHANNEL), ("partner", "143")])
@pytest.mark.parametrize("options", [[], ["--compress"]])
def test_files_that_hold_it_are_removed_and_others_stay(
    api: Client, publish: Publish, scope: tuple[str, str], options: list[str]
) -> None:
    row = subscribe("shop", *options, scope=scope)
    with working() as worker:
        for name in ("A", "B", "A"):
            publish(shipment_event(orderId=name), shipment_event(orderId=f"{name}-not"))
            worker.catch_up(row)

    assert erased("A") == Erased(removed=2)

    batches = f"/{scope[0]}/{scope[1]}/subscriptions/{row.public_id}/batches"
    answers = [api.get(f"{batches}/{number}") for number in (1, 2, 3)]
    assert [answer.status_code for answer in answers] == [410, 200, 410]
    detail = "The file held an order that was erased. Replay from its `since` to get the others."
    assert_problem(answers[0], 410, "ERASED", detail=detail)
    assert orders_in(row.batches.get(number=2)) == ["B", "B-not"]
    assert [batch["orders"] for batch in api.get(batches).json()["batches"]] == [2, 2, 2]


def test_an_order_of_this_id_in_another_channel_is_left_alone(publish: Publish) -> None:
    row = subscribe("shop", scope=("partner", "143"))
    with working() as worker:
        publish(event(orderId="A", channelId="other"), event(orderId="B", detail=f"{CHANNEL},143,A"))
        worker.catch_up(row)
        publish(event(orderId="A"))

    assert erased("A") == Erased()
    assert orders_in(row.batches.get()) == ["A", "B"]


@pytest.mark.parametrize("order_id", ['with "quotes", and more', "=HYPERLINK(1)", "ส้ม", "-1"])
@pytest.mark.parametrize("options", [[], ["--formula-guard"], ["--bom"]])
def test_an_order_is_found_however_its_id_is_written(
    publish: Publish, order_id: str, options: list[str]
) -> None:
    row = subscribe("shop", *options)
    with working() as worker:
        publish(event(orderId=order_id), event(orderId="other"))
        worker.catch_up(row)
    batch = row.batches.get()

    assert holds(batch, CHANNEL, order_id)
    assert not holds(batch, CHANNEL, order_id[1:])
    assert not holds(batch, "lazada", order_id)


def test_a_file_that_is_not_delivered_goes_out_empty_and_its_window_comes_again(
    publish: Publish, outbox: Path
) -> None:
    row = subscribe("shop")
    with working() as worker:
        publish(event(orderId="first"))
        worker.catch_up(row)
        publish(*new_orders(3))
        worker.catch_up(row)
        before = undelivered(row)
        for file in outbox.rglob(f"{before.name}*"):
            file.unlink()

        assert erased("O-2") == Erased(emptied=1)
        assert erased("O-2") == Erased()
        worker.catch_up(row)

    one, two, three = row.batches.order_by("number")
    assert (two.orders, two.rows, two.erased, orders_in(two)) == (0, 0, True, [])
    assert (two.since, two.until, two.previous_sha256) == (before.since, before.until, one.sha256)
    assert (three.since, three.until, three.replayed) == (before.since, FeedClock.newest(), True)
    assert orders_in(three) == ["O-1", "O-3"]
    assert three.previous_sha256 == two.sha256
    manifests = [json.loads(file.read_bytes()) for file in sorted(outbox.rglob("*.json"))]
    assert [(each["number"], each["orders"], each["erased"]) for each in manifests] == [
        (1, 1, False),
        (2, 0, True),
        (3, 2, False),
    ]
    sizes = [len(file.read_bytes()) for file in sorted(outbox.rglob("*.csv"))]
    assert sizes == [one.size, two.size, three.size]


def test_a_compressed_one_is_emptied_as_it_is_sent(publish: Publish, outbox: Path) -> None:
    row = subscribe("shop", "--compress", "--bom")
    with working() as worker:
        publish(event(orderId="A"))
        worker.catch_up(row)
        batch = undelivered(row)
        for file in outbox.rglob(f"{batch.name}*"):
            file.unlink()
        erased("A")
        worker.catch_up(row)

    (file,) = outbox.rglob("*.csv.gz")
    assert gzip.decompress(file.read_bytes()).startswith(b"\xef\xbb\xbfchannelId,partnerId,orderId")
    assert gzip.decompress(file.read_bytes()).count(b"\n") == 1


def test_what_was_being_sent_meanwhile_is_not_taken_for_the_emptied_one(
    publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = subscribe("shop")
    publish(event(orderId="A"), event(orderId="B"))
    send = serving._send

    def send_while_it_is_erased(*arguments: object) -> object:
        outcome = send(*arguments)  # type: ignore[arg-type]  # passed on
        erased("A")
        return outcome

    with working() as worker:
        make_due(row)
        with monkeypatch.context() as patch:
            patch.setattr(serving, "_send", send_while_it_is_erased)
            worker.turn(row)
        assert row.batches.get().delivered_time is None
        worker.catch_up(row)

    batches = row.batches.order_by("number").values_list("orders", "erased")
    assert list(batches) == [(0, True), (1, False)]


def test_what_is_being_cut_meanwhile_is_cut_again(publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    row = subscribe("shop")
    publish(event(orderId="A"), event(orderId="B"))
    cut = cutting.cut

    def cut_while_it_is_erased(found: Subscription) -> Cut:
        made = cut(found)
        erased("A")
        return made

    with working() as worker:
        make_due(row)
        with monkeypatch.context() as patch:
            patch.setattr(serving, "cut", cut_while_it_is_erased)
            worker.turn(row)
        assert not row.batches.exists()
        worker.catch_up(row)

    assert orders_in(row.batches.get()) == ["B"]


def test_held_orders_and_attempts_go(publish: Publish) -> None:
    row = subscribe("shop")
    publish(event(orderId="A"), event(orderId="B"))
    now = datetime.now(UTC)
    for channel, order in ((CHANNEL, "A"), (CHANNEL, "B"), ("other", "A")):
        HeldOrder.objects.create(
            subscription=row, channel_id=channel, order_id=order, updated_time=now, held_time=now
        )
        for _ in range(2):
            Attempt.objects.create(
                subscription=row, time=now, channel_id=channel, order_id=order, outcome="FAILED"
            )

    assert erased("A") == Erased(held=1, attempts=2)
    assert erased("A").is_nothing

    left = [(CHANNEL, "B"), ("other", "A")]
    assert list(HeldOrder.objects.order_by("pk").values_list("channel_id", "order_id")) == left
    assert sorted(set(Attempt.objects.values_list("channel_id", "order_id"))) == left


def test_a_cut_over_what_was_forgotten_disables(publish: Publish) -> None:
    row = subscribe("shop")
    with working() as worker:
        publish(event(orderId="A"))
        worker.catch_up(row)
        publish(event(orderId="B"), event(orderId="C"))
        forget(before=SalesOrder.objects.get(order_id="C").updated_time)
        make_due(row)
        worker.turn(row)

    row.refresh_from_db()
    assert (row.active, row.disabled_reason, row.batches.count()) == (False, "RESYNC_REQUIRED", 1)


def test_a_cut_from_the_beginning_begins_again_where_orders_are_forgotten_meanwhile(
    publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("delivery.files.cutting.PAGE", 2)
    row = subscribe("shop")
    publish(*new_orders(5))
    times = list(SalesOrder.objects.in_feed_order().values_list("updated_time", flat=True))

    with working() as worker:
        make_due(row)
        with monkeypatch.context() as patch:
            _forgetting_after_a_page(patch, times[3])
            assert not worker.turn(row)
        worker.catch_up(row)

    row.refresh_from_db()
    assert (row.active, Forgotten.objects.count()) == (True, 2)
    assert orders_in(row.batches.get()) == ["O-4", "O-5"]


def _forgetting_after_a_page(monkeypatch: pytest.MonkeyPatch, before: datetime) -> None:
    page = feed.page

    def page_and_forget(*arguments: object) -> object:
        found: object = page(*arguments)  # type: ignore[call-overload]  # passed on
        forget(before=before)
        return found

    monkeypatch.setattr(feed, "page", page_and_forget)
