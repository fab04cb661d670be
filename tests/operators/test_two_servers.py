"""What the public server does not have, and where the operators' server refuses to listen."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from testbed.servers import ROOT
from tests.operators.test_viewers_change_nothing import METHODS, paths

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

COMMON = ("/", "/healthz", "/static/1")
REFUSED = (
    "CommandError: OPERATORS_BIND is not an address of this machine alone: set OPERATORS_ALLOWED_HOSTS to the"
    " names that operators use, and HTTPS=on behind a proxy that ends TLS; or bind to 127.0.0.1 and use a"
    " tunnel.\n"
)


def test_the_public_server_has_none_of_the_paths_and_sets_no_cookie(anyone: Client) -> None:
    asked = [(path, method) for path in paths() if path not in COMMON for method in METHODS]

    answers = [(path, method, anyone.generic(method, path)) for path, method in asked]

    assert len(answers) > 200
    assert {(path, answer.status_code) for path, _, answer in answers if answer.status_code != 404} == set()
    assert not any(answer.cookies for _, _, answer in answers)
    assert not anyone.get("/").cookies


@pytest.mark.parametrize(
    ("bind", "given"),
    [
        ("0.0.0.0:0", {}),
        ("0.0.0.0:0", {"OPERATORS_ALLOWED_HOSTS": "ops.example.com"}),
        ("0.0.0.0:0", {"HTTPS": "on"}),
        ("[::]:0", {}),
        ("ops.example.com:8001", {}),
    ],
)
def test_it_does_not_listen_for_others_without_names_and_https(
    tmp_path: Path, bind: str, given: dict[str, str]
) -> None:
    kept = {name: text for name, text in os.environ.items() if name not in settings.REQUIRED}

    done = subprocess.run(
        [sys.executable, "manage.py", "serve_operators"],
        cwd=ROOT,
        env={**kept, "VAR_DIR": str(tmp_path), "OPERATORS_BIND": bind, **given},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.endswith(REFUSED)
