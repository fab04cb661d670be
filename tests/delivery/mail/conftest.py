"""Mails of these tests are set up, and kept in memory where no server is named."""

import pytest
from pytest_django import Settings

from tests.conftest import Credentials
from tests.delivery.mail import servers


@pytest.fixture(autouse=True)
def mails_are_set_up(settings: Settings) -> None:
    servers.set_up(settings)


@pytest.fixture
def poller(deliverable: None, caller: Credentials) -> Credentials:
    """The caller that asks, in a database that other threads see."""
    return caller
