"""From the registration to the folder: what changed, the host key that was seen, and a test."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from delivery.ftp.transport import FtpTransport
from delivery.learning import learn
from delivery.models import Subscription
from testbed import file_readers
from testbed.events import event, new_orders
from testbed.file_readers import files_in, manifest_of, rows_of
from tests.conftest import Publish
from tests.delivery.files.folders import feed, working
from tests.delivery.ftp.place import PASSWORD, USER, Place
from tests.delivery.ftp.sftp_server import HOST_KEY, sftp_server
from tests.delivery.ftp.trouble import cut
from tests.delivery.registration.requests import PATH, send
from tests.promises.events import platform_events

OTHER = "SHA256:" + "A" * 43
pytestmark = pytest.mark.usefixtures("deliverable")


@pytest.fixture(autouse=True)
def elsewhere(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]


def subscribed(api: Client, place: Place, **ftp: Any) -> Subscription:
    """A new subscription to this place, by password unless told."""
    url = f"{place.scheme}://{USER}@{place.host}:{place.port}/in"
    common = {"url": url, "schedule": {"cron": "* * * * *"}}
    own = ftp or {"password": PASSWORD, "hostKey": place.host_key}
    body = {"name": "ERP", "mechanism": "ftp", "start": "beginning", "ftp": common | own}
    response = send(api, "POST", PATH, body)
    assert response.status_code == 201, response.content
    return Subscription.objects.get()


def test_what_changed_is_in_the_folder(api: Client, place: Place, publish: Publish) -> None:
    row = subscribed(api, place)
    with working() as worker:
        publish(*new_orders(3))
        worker.catch_up(row)
        publish(event(orderId="O-2", status="COMPLETED", eventId="e-done"))
        worker.catch_up(row)

    first, second = files_in(place.folder)
    assert [line["orderId"] for line in rows_of(first)] == ["O-1", "O-2", "O-3"]
    assert [line["orderId"] for line in rows_of(second)] == ["O-2", "O-2"]
    assert manifest_of(second)["previousSha256"] == manifest_of(first)["sha256"]


def test_a_lost_answer_costs_no_second_file(api: Client, place: Place, publish: Publish) -> None:
    row = subscribed(api, place)
    place.trouble.at["after rename"] = cut
    with working() as worker:
        publish(*new_orders(1))
        Subscription.objects.update(due_time=row.created_time)
        worker.turn(row)
        state = send(api, "GET", f"{PATH}/{row.public_id}").json()["state"]
        place.trouble.at.clear()
        worker.turn(row)

    outcomes = [attempt.outcome for attempt in row.attempts.order_by("pk")]
    assert (state, outcomes, len(files_in(place.folder))) == ("FAILING", ["FAILED", "DELIVERED"], 1)


def test_the_first_host_key_is_pinned_and_another_disables(
    api: Client, sftp: Place, root: Path, publish: Publish
) -> None:
    row = subscribed(api, sftp, generateKey=True)
    sftp.login.keys.append(row.settings["publicKey"])
    with working() as worker:
        publish(*new_orders(1))
        worker.catch_up(row)
        row.refresh_from_db()
        pinned = row.settings["hostKey"]
        Subscription.objects.update(settings=row.settings | {"hostKey": "SHA256:" + "A" * 43})
        publish(event(orderId="O-1", status="COMPLETED", eventId="e-done"))
        Subscription.objects.update(due_time=row.created_time)
        worker.turn(row)

    shown = send(api, "GET", f"{PATH}/{row.public_id}").json()
    assert pinned == HOST_KEY.get_fingerprint()
    assert (shown["state"], shown["stateReason"], shown["active"]) == ("DISABLED", "HOST_KEY_CHANGED", False)
    assert len(files_in(root / "in")) == 1


def test_of_two_that_see_a_host_first_the_earlier_pins_its_key(
    api: Client, sftp: Place, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A test sees another key, and pins it while a delivery is under way."""
    row = subscribed(api, sftp, generateKey=True)
    sftp.login.keys.append(row.settings["publicKey"])
    sent = FtpTransport.send

    def sending(*arguments: Any) -> Any:
        outcome = sent(*arguments)
        with transaction.atomic():
            learn(row, {"hostKey": OTHER})
        return outcome

    monkeypatch.setattr(FtpTransport, "send", sending)
    with working() as worker:
        publish(*new_orders(1))
        Subscription.objects.update(due_time=row.created_time)
        worker.turn(row)
    row.refresh_from_db()

    assert row.settings["hostKey"] == OTHER


def test_a_test_leaves_nothing_and_pins_the_first_host_key(api: Client, sftp: Place) -> None:
    row = subscribed(api, sftp, generateKey=True)
    path = f"{PATH}/{row.public_id}"
    refused = send(api, "POST", f"{path}/test").json()
    sftp.login.keys.append(row.settings["publicKey"])

    response = send(api, "POST", f"{path}/test").json()

    assert (refused["delivered"], response["delivered"]) == (False, True)
    assert refused["attempt"]["detail"] == "the server does not accept the key of this user"
    assert (response["attempt"]["outcome"], response["attempt"]["detail"]) == ("TEST", None)
    assert send(api, "GET", path).json()["ftp"]["hostKey"] == HOST_KEY.get_fingerprint()
    assert sftp.there() == {}


def test_what_is_shown_and_logged_holds_no_password(
    api: Client, place: Place, publish: Publish, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    row = subscribed(api, place)
    place.trouble.at["before rename"] = cut
    with working() as worker:
        publish(*new_orders(1))
        Subscription.objects.update(due_time=row.created_time)
        worker.turn(row)
    path = f"{PATH}/{row.public_id}"
    shown = [send(api, "GET", path + more).json() for more in ("", "/attempts", "/batches")]

    assert shown[1]["attempts"][0]["detail"] == "the connection ended"
    assert PASSWORD not in json.dumps(shown) + caplog.text + str(Subscription.objects.values())


def test_two_subscriptions_share_a_folder(api: Client, root: Path, publish: Publish) -> None:
    with sftp_server(root) as place, working() as worker:
        one = subscribed(api, place)
        body = {"name": "ERP", "mechanism": "ftp", "start": "beginning"}
        url, key = one.settings["url"], place.host_key
        ftp = {"url": url, "hostKey": key, "password": PASSWORD, "schedule": {"cron": "* * * * *"}}
        send(api, "POST", PATH, body | {"ftp": ftp})
        publish(*new_orders(2))
        for row in Subscription.objects.all():
            worker.catch_up(row)

    assert len({path.name.split("_")[2] for path in files_in(root / "in")}) == 2


def test_whoever_reads_only_the_files_holds_the_feed_through_any_cuts(
    api: Client, place: Place, publish: Publish
) -> None:
    row = subscribed(api, place)
    chance, sent = random.Random(5), platform_events(seed=11, count=200, orders=20)
    with working() as worker:
        for start in range(0, len(sent), 5):
            publish(*sent[start : start + 5])
            place.trouble.cut_after = chance.randrange(40)
            worker.catch_up(row)

    tries = row.attempts.count()
    assert file_readers.read(place.folder) == feed()
    assert tries > row.batches.count() > 35
    assert [path.name for path in place.folder.iterdir() if path.name.startswith(".")] == []
