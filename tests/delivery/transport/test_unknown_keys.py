"""A subscription whose secrets no key opens is not delivered, and says so; others go on."""

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from delivery import secrets
from delivery.models import Subscription
from testbed.events import new_orders
from testbed.receivers import receiving
from tests.conftest import Publish
from tests.delivery.registration.requests import made

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("deliverable")]


def test_one_is_left_out_and_others_are_delivered(
    settings: Settings, api: Client, publish: Publish, caplog: pytest.LogCaptureFixture
) -> None:
    settings.DELIVERY_NETWORKS, settings.DELIVERY_ALLOW = ["127.0.0.0/8"], ["http"]
    known = list(settings.DELIVERY_KEYS)
    with receiving() as lost, receiving() as good:
        path = made(api, url=lost.url)
        made(api, url=good.url)
        settings.DELIVERY_KEYS = [Fernet.generate_key().decode()]
        sealed = secrets.seal({"secrets": [{"text": "x" * 24}]})
        settings.DELIVERY_KEYS = known
        number = path.rpartition("/")[2]
        Subscription.objects.filter(public_id=number).update(secrets=sealed)
        publish(*new_orders(3))
        call_command("deliver", "--once")

    assert (len(lost.received), len(good.received)) == (0, 3)
    assert f"no key of DELIVERY_KEYS opens the secrets of {number}" in caplog.text
