"""`manage.py deliver --once` ends when nothing is left to do, not while it is still reading."""

import time
from collections.abc import Sequence
from datetime import datetime

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from callers.models import Scope
from delivery.engine.pages import Read, read_pages
from testbed.events import new_orders
from testbed.receivers import receiving
from tests.conftest import Publish
from tests.delivery.registration.requests import made

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("deliverable")]


def test_it_waits_for_a_slow_database(
    settings: Settings, api: Client, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DELIVERY_NETWORKS, settings.DELIVERY_ALLOW = ["127.0.0.0/8"], ["http"]

    def slow(asked: Sequence[tuple[Scope, datetime]], size: int) -> list[Read]:
        time.sleep(0.3)
        return read_pages(asked, size)

    monkeypatch.setattr("delivery.engine.reading.read_pages", slow)
    with receiving() as receiver:
        made(api, url=receiver.url)
        publish(*new_orders(3))
        call_command("deliver", "--once")

    assert len(receiver.received) == 3
