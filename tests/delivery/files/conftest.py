"""A folder of files, and what delivers into it."""

from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture
def outbox(settings: Settings, tmp_path: Path) -> Path:
    """DELIVERY_FOLDER of this test."""
    settings.DELIVERY_FOLDER = str(tmp_path / "outbox")
    return tmp_path / "outbox"
