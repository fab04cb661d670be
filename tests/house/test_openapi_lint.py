"""A public linter finds no error in the OpenAPI documents. `make check` installs it where npm is."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from acommerce_status.openapi.views import snapshot

REDOCLY: Path = settings.BASE_DIR / ".venv" / "redocly" / "node_modules" / ".bin" / "redocly"
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


def redocly(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit status and output of the linter, run in `folder`, where it finds no configuration."""
    command = [str(REDOCLY), *arguments]
    done = subprocess.run(
        command, cwd=folder, env=os.environ | QUIET, capture_output=True, text=True, check=False, timeout=60
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder, where the linter is installed; else the test is skipped."""
    if not REDOCLY.exists() or redocly(tmp_path, "--version")[0] != 0:
        pytest.skip("redocly is not installed, or needs a newer Node.js: no OpenAPI document was linted")
    return tmp_path


@pytest.mark.parametrize("version", ["v3", "v2", "subscriptions"])
def test_a_document_has_no_error_by_the_recommended_rules(folder: Path, version: str) -> None:
    served = snapshot(version) | {"servers": [{"url": "https://orders.test"}]}
    (folder / "served.json").write_text(json.dumps(served))

    status, output = redocly(folder, "lint", "--extends", "recommended", "served.json")

    assert status == 0, output


def test_the_linter_finds_what_is_wrong(folder: Path) -> None:
    (folder / "served.json").write_text(json.dumps(snapshot("v3") | {"servers": []}))

    status, output = redocly(folder, "lint", "--extends", "recommended", "served.json")

    assert status == 1
    assert "no-empty-servers" in output
