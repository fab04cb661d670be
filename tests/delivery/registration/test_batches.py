"""Subscriptions that send files, by HTTP: the list of their batches, the files, and what is refused."""

import gzip
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError
from django.test import Client

from delivery.models import Batch, Subscription
from testbed.events import new_orders
from testbed.file_readers import files_in
from tests.callers.commands import run
from tests.conftest import Publish
from tests.delivery.files.folders import subscribe, working
from tests.delivery.registration.requests import BODY, PATH, send
from tests.shapes import assert_problem

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("deliverable", "caller", "outbox")]


@pytest.fixture
def outbox(settings: Any, tmp_path: Path) -> Path:
    """DELIVERY_FOLDER of this test."""
    settings.DELIVERY_FOLDER = str(tmp_path / "outbox")
    return tmp_path / "outbox"


def three_batches(publish: Publish, *options: str) -> tuple[str, Subscription]:
    """The path of a subscription, and its row."""
    row = subscribe("shop", "--max-orders", "100", *options)
    publish(*new_orders(250))
    with working() as worker:
        worker.catch_up(row)
    return f"{PATH}/{row.public_id}", row


def test_batches_are_listed_newest_first(
    api: Client, publish: Publish, outbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("delivery.registration.batches.PAGE", 2)
    path, _ = three_batches(publish)
    first = api.get(f"{path}/batches").json()
    second = api.get(f"{path}/batches", {"before": first["nextBefore"]}).json()
    oldest = files_in(outbox / "shop")[0]
    (batch,) = second["batches"]

    assert [one["number"] for one in first["batches"]] == [3, 2]
    assert second["nextBefore"] is None
    assert batch == {
        "number": 1,
        "name": oldest.name,
        "since": None,
        "until": first["batches"][1]["since"],
        "orders": 100,
        "rows": 100,
        "bytes": oldest.stat().st_size,
        "sha256": hashlib.sha256(oldest.read_bytes()).hexdigest(),
        "madeTime": batch["madeTime"],
        "deliveredTime": batch["deliveredTime"],
        "tries": 1,
    }
    assert batch["madeTime"] < batch["deliveredTime"]


@pytest.mark.parametrize("encoding", ["", "gzip", "identity"])
def test_a_file_is_byte_for_byte_as_it_was_sent(
    api: Client, publish: Publish, outbox: Path, encoding: str
) -> None:
    path, _ = three_batches(publish)
    file = files_in(outbox / "shop")[1]
    answer = api.get(f"{path}/batches/2", headers={"Accept-Encoding": encoding})
    content = answer.getvalue()

    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert answer["Content-Disposition"] == f'attachment; filename="{file.name}"'
    assert int(answer["Content-Length"]) == len(content)
    assert answer.get("Content-Encoding", "") == ("gzip" if encoding == "gzip" else "")
    assert (gzip.decompress(content) if encoding == "gzip" else content) == file.read_bytes()


def test_a_file_in_gzip_is_not_compressed_again(api: Client, publish: Publish, outbox: Path) -> None:
    path, _ = three_batches(publish, "--compress")
    answer = api.get(f"{path}/batches/1", headers={"Accept-Encoding": "gzip"})

    assert (answer["Content-Type"], answer.get("Content-Encoding")) == ("application/gzip", None)
    assert answer.getvalue() == files_in(outbox / "shop")[0].read_bytes()


@pytest.mark.parametrize("number", ["4", "0", "-1", "x", "1.0", "9" * 30, "\N{ARABIC-INDIC DIGIT ONE}"])
def test_there_is_no_such_batch(api: Client, publish: Publish, number: str) -> None:
    path, _ = three_batches(publish)

    assert_problem(
        api.get(f"{path}/batches/{number}"),
        404,
        "NOT_FOUND",
        detail="This subscription has no batch of this number.",
    )


@pytest.mark.parametrize(("erased", "code"), [(False, "BATCH_REMOVED"), (True, "ERASED")])
def test_a_file_that_is_not_kept_any_more_is_gone(
    api: Client, publish: Publish, erased: bool, code: str
) -> None:
    path, _ = three_batches(publish)
    Batch.objects.filter(number=1).update(removed_time=datetime.now(UTC), erased=erased)
    answer = api.get(f"{path}/batches/1")

    assert (answer.status_code, answer.json()["code"]) == (410, code)
    assert len(api.get(f"{path}/batches").json()["batches"]) == 3


def test_an_attempt_names_its_batch(api: Client, publish: Publish) -> None:
    path, row = three_batches(publish)
    found = api.get(f"{path}/attempts").json()["attempts"]
    newest = found[0]

    assert [one["batch"] for one in found] == [3, 2, 1]
    assert newest == {
        "attemptId": newest["attemptId"],
        "time": newest["time"],
        "channelId": None,
        "orderId": None,
        "updatedTime": newest["updatedTime"],
        "batch": 3,
        "outcome": "DELIVERED",
        "status": None,
        "milliseconds": newest["milliseconds"],
        "detail": None,
        "answer": None,
        "nextAttemptTime": None,
    }
    assert row.attempts.count() == 3


def test_nobody_else_sees_them(api: Client, anyone: Client, publish: Publish) -> None:
    path, row = three_batches(publish)
    Subscription.objects.filter(pk=row.pk).update(identifier="other")

    for below in ("", "/batches", "/batches/1"):
        assert api.get(f"{path}{below}").status_code == 404
        assert anyone.get(f"{path}{below}").status_code == 401


def test_a_subscription_to_a_folder_is_shown_and_changed(api: Client) -> None:
    row = subscribe("shop", "--time-zone", "Asia/Bangkok")
    path = f"{PATH}/{row.public_id}"
    before = api.get(path).json()
    patch = {
        "name": "By the hour",
        "file": {"schedule": {"cron": "0 * * * *"}, "layout": "orders", "bom": None},
    }
    after = send(api, "PATCH", path, patch).json()
    row.refresh_from_db()

    assert before["file"] == {
        "folder": "shop",
        "schedule": {"cron": "* * * * *", "timeZone": "Asia/Bangkok"},
        "layout": "events",
        "compress": False,
        "bom": False,
        "formulaGuard": False,
        "whenEmpty": "nothing",
        "maxOrders": 10_000,
    }
    assert after["file"] == before["file"] | {
        "schedule": {"cron": "0 * * * *", "timeZone": "Asia/Bangkok"},
        "layout": "orders",
    }
    assert row.due_time is not None
    assert row.due_time.minute == row.due_time.second == 0
    assert row.due_time - datetime.now(UTC) <= timedelta(hours=1)


@pytest.mark.parametrize(
    ("members", "name"),
    [
        ({"folder": "elsewhere"}, "file.folder"),
        ({"folder": "../x"}, "file.folder"),
        ({"schedule": {"cron": "@daily"}}, "file.schedule.cron"),
        ({"schedule": {"cron": "0 0 31 2 *"}}, "file.schedule.cron"),
        ({"schedule": {"cron": 5}}, "file.schedule.cron"),
        ({"schedule": {"cron": None}}, "file.schedule.cron"),
        ({"schedule": {"timeZone": "Mars/Olympus"}}, "file.schedule.timeZone"),
        ({"schedule": {"timezone": "UTC"}}, "file.schedule.timezone"),
        ({"schedule": None}, "file.schedule"),
        ({"schedule": "0 * * * *"}, "file.schedule"),
        ({"layout": "lines"}, "file.layout"),
        ({"compress": "yes"}, "file.compress"),
        ({"whenEmpty": True}, "file.whenEmpty"),
        ({"maxOrders": 0}, "file.maxOrders"),
        ({"maxOrders": 10_001}, "file.maxOrders"),
        ({"maxOrders": "10"}, "file.maxOrders"),
        ({"url": "sftp://x"}, "file.url"),
    ],
)
def test_bad_settings_are_named(api: Client, members: dict[str, Any], name: str) -> None:
    row = subscribe()
    answer = send(api, "PATCH", f"{PATH}/{row.public_id}", {"file": members})

    assert answer.status_code == 400
    assert [error["parameter"] for error in answer.json()["errors"]] == [name]
    row.refresh_from_db()
    assert row.settings["folder"] == "shop"


def test_callers_make_no_subscription_to_a_folder(api: Client) -> None:
    body = {"name": "mine", "mechanism": "file", "file": {"folder": "x", "schedule": {"cron": "* * * * *"}}}
    answer = send(api, "POST", PATH, body)

    assert answer.status_code == 400
    assert "mechanism" in {error["parameter"] for error in answer.json()["errors"]}


def test_one_order_is_not_sent_again_apart_and_nothing_is_signed(api: Client, publish: Publish) -> None:
    path, _ = three_batches(publish)
    order = {"channelId": "lazada-th", "orderId": "O-1"}

    for below, body in (("resend", order), ("rotate-secret", {})):
        answer = send(api, "POST", f"{path}/{below}", body)
        assert answer.status_code == 400
        assert [error["parameter"] for error in answer.json()["errors"]] == ["mechanism"]


def test_a_replay_is_cut_at_once_and_a_skip_is_recorded(api: Client, publish: Publish) -> None:
    path, row = three_batches(publish)
    newest = api.get(path).json()["position"]
    answer = send(api, "POST", f"{path}/replay", {"updatedSince": None})
    row.refresh_from_db()

    assert answer.status_code == 200
    assert row.due_time is not None
    assert row.due_time <= datetime.now(UTC)
    send(api, "POST", f"{path}/replay", {"updatedSince": newest})
    assert row.attempts.filter(outcome="SKIPPED").count() == 1


def test_a_test_of_a_folder(api: Client) -> None:
    row = subscribe()
    answer = send(api, "POST", f"{PATH}/{row.public_id}/test", {})

    assert answer.json()["delivered"] is True
    assert answer.json()["attempt"]["outcome"] == "TEST"


def test_a_webhook_has_no_batches(api: Client) -> None:
    number = send(api, "POST", PATH, BODY).json()["subscriptionId"]

    assert api.get(f"{PATH}/{number}/batches").json() == {"batches": [], "nextBefore": None}
    assert api.get(f"{PATH}/{number}/batches", {"befor": "1"}).status_code == 400


def test_a_file_is_saved_by_command_under_its_name_and_never_over_another(
    publish: Publish, outbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, row = three_batches(publish)
    file = files_in(outbox / "shop")[1]
    monkeypatch.chdir(tmp_path)

    said = run("save_batch", row.public_id, "2").out

    assert said == f"{file.name}\n"
    assert (tmp_path / file.name).read_bytes() == file.read_bytes()
    with pytest.raises(CommandError, match=f"^{file.name} cannot be written: File exists.$"):
        run("save_batch", row.public_id, "2")
    with pytest.raises(CommandError, match=r"^This subscription has no batch of this number.$"):
        run("save_batch", row.public_id, "4")
