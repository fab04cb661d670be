"""The demo's files: made once, and ready, because nobody is there who could confirm an address."""

from pathlib import Path

import pytest
from django.core import mail
from pytest_django import Settings

from callers.administration import create_caller
from delivery.models import Mail
from delivery.registration.representation import state_of
from demo.subscriptions import ADDRESS, Subscriber
from testbed.events import new_orders
from tests.conftest import Publish
from tests.delivery.files.folders import working
from tests.delivery.mail import servers

pytestmark = pytest.mark.usefixtures("deliverable")


@pytest.fixture
def subscriber(settings: Settings, tmp_path: Path) -> Subscriber:
    servers.set_up(settings)
    settings.DELIVERY_FOLDER = str(tmp_path)
    create_caller(username="lazada-th", channels=["lazada-th"])
    return Subscriber("lazada-th")


def test_they_are_made_once(subscriber: Subscriber) -> None:
    first, again = ([subscriber.folder(), subscriber.mail()] for _ in range(2))

    assert [row.pk for row in again] == [row.pk for row in first]
    assert [state_of(row) for row in again] == ["ACTIVE", "ACTIVE"]
    assert not Mail.objects.filter(next_try_time__isnull=False).exists()


def test_an_order_that_changed_lies_in_the_folder_and_in_a_mail(
    subscriber: Subscriber, publish: Publish, tmp_path: Path
) -> None:
    rows = [subscriber.folder(), subscriber.mail()]
    publish(*new_orders(1))

    with working() as worker:
        for row in rows:
            worker.catch_up(row)

    (file,) = tmp_path.glob("lazada-th/*.csv")
    (sent,) = mail.outbox
    assert "O-1" in file.read_text()
    assert (sent.to, sent.subject) == ([ADDRESS], "[lazada-th] 1 order changed (batch 1)")
