"""From a registration to a folder by real processes, which are killed between any two steps."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from testbed import file_readers
from testbed.events import event, new_orders
from testbed.installation import Installation, client_of, eventually, installed
from testbed.servers import ROOT
from tests.delivery.ftp.place import PASSWORD, USER
from tests.delivery.ftp.place import Place as Folder
from tests.delivery.ftp.sftp_server import HOST_KEY, sftp_server
from tests.promises.delivery.subscribers import LONG, PATH, SETTINGS, delivering, orders

pytestmark = pytest.mark.slow

DUE = """
from django.db.models.functions import Now
from delivery.models import *
ShardLease.objects.update(until=Now())
Subscription.objects.update(due_time=Now(), next_attempt_time=None)
"""
"""A slot has come, and the lease of whoever was killed is over."""
KILLS = 40 if LONG else 3


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[Installation, httpx2.Client]]:
    """An installation, its server, and a client with a token."""
    with installed() as (_, bare):
        here = Installation(bare.variables | SETTINGS)
        credentials = here.create_caller("shop")
        with here.serve(tmp_path) as server, client_of(server.url, credentials) as client:
            yield here, client


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    (tmp_path / "root" / "in").mkdir(parents=True)
    with sftp_server(tmp_path / "root") as found:
        yield found


def subscribe(client: httpx2.Client, folder: Folder, **login: Any) -> str:
    """The path of a new subscription to everything there is."""
    url = f"sftp://{USER}@127.0.0.1:{folder.port}/in"
    ftp = {"url": url, "schedule": {"cron": "0 0 1 1 *"}, **login}
    body = {"name": "ERP", "mechanism": "ftp", "start": "beginning", "ftp": ftp}
    return f"{PATH}/{client.post(PATH, json=body).raise_for_status().json()['subscriptionId']}"


def read(folder: Folder) -> dict[str, Any]:
    """The orders that the files hold."""
    return {order_id: order for (_, order_id), order in file_readers.read(folder.folder).items()}


def test_a_key_that_we_make_is_tried_and_then_files_come(
    place: tuple[Installation, httpx2.Client], folder: Folder
) -> None:
    here, client = place
    path = subscribe(client, folder, generateKey=True)
    refused = client.post(f"{path}/test").raise_for_status().json()
    folder.login.keys.append(client.get(path).json()["ftp"]["publicKey"])
    accepted = client.post(f"{path}/test").raise_for_status().json()
    with here.publisher() as publish, delivering(here):
        publish(*new_orders(3))
        here.manage("shell", "-v", "0", "-c", DUE)
        assert eventually(lambda: len(file_readers.files_in(folder.folder)) == 1)
        assert eventually(lambda: client.get(path).json()["state"] == "ACTIVE")

    assert (refused["delivered"], accepted["delivered"]) == (False, True)
    assert client.get(path).json()["ftp"]["hostKey"] == HOST_KEY.get_fingerprint()
    assert read(folder) == orders(client)


def test_processes_that_are_killed_lose_nothing_and_send_no_other_bytes(
    place: tuple[Installation, httpx2.Client], folder: Folder
) -> None:
    here, client = place
    path = subscribe(client, folder, password=PASSWORD, hostKey=folder.host_key)
    chance = random.Random(11)
    with here.publisher() as publish:
        for number in range(KILLS):
            publish(*new_orders(3), event(orderId="O-2", eventId=f"e-{number}"))
            here.manage("shell", "-v", "0", "-c", DUE)
            killed_after(here, folder, chance.randrange(1, 20))
    here.manage("shell", "-v", "0", "-c", DUE)
    here.manage("deliver", "--once")

    batches = client.get(f"{path}/batches").raise_for_status().json()["batches"]
    files = {file.name: file_readers.manifest_of(file) for file in file_readers.files_in(folder.folder)}
    assert read(folder) == orders(client)
    assert {batch["name"]: batch["sha256"] for batch in batches} == {
        name: manifest["sha256"] for name, manifest in files.items()
    }
    assert [path.name for path in folder.folder.iterdir() if path.name.startswith(".")] == []


def killed_after(here: Installation, folder: Folder, moments: int) -> None:
    """A process for files, that is killed after so many moments of its server."""
    command = [sys.executable, "manage.py", "deliver", "--child-for-files"]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | here.variables, stdin=subprocess.PIPE) as child:
        folder.trouble.cutting = child.kill
        folder.trouble.cut_after = moments
        assert child.wait(20) == -9
