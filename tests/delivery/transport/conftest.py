"""What all tests of webhooks stand on."""

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def plain_http(settings: Settings) -> None:
    """Receivers of tests speak http, but where a test is about TLS."""
    settings.DELIVERY_ALLOW = ["http"]
