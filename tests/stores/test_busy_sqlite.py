"""The embedded profile starts while another process writes."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from django.conf import settings

EMBEDDED = {name: value for name, value in os.environ.items() if name not in settings.REQUIRED}


def manage(var: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What a command says on an SQLite file in `var`."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=EMBEDDED | {"VAR_DIR": str(var)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_check_does_not_wait_for_whoever_writes(tmp_path: Path) -> None:
    assert manage(tmp_path, "migrate", "-v", "0").returncode == 0
    with closing(sqlite3.connect(tmp_path / "db.sqlite3", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")

        checked = manage(tmp_path, "check", "--database", "default")

    assert (checked.returncode, checked.stdout) == (0, "System check identified no issues (7 silenced).\n")
