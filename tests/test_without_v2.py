"""Version 2 can be deleted: what goes with it is listed here, and in docs/decisions/v2-is-a-view-of-v3.md."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from testbed.servers import ROOT

FOLDERS = ["orders/v2", "tests/orders/v2"]
FILES = [
    "acommerce_status/openapi/v2.py",
    "acommerce_status/openapi/v2.md",
    "acommerce_status/openapi/v2.json",
    "acommerce_status/templates/acommerce_status/migration.html",
]
LINES = [
    "acommerce_status/urls.py",
    "acommerce_status/checks.py",
    "acommerce_status/errors.py",
    "acommerce_status/settings.py",
    "acommerce_status/management/commands/schema_snapshots.py",
    "acommerce_status/openapi/subscriptions.py",
    "acommerce_status/templates/acommerce_status/base.html",
    "acommerce_status/templates/acommerce_status/index.html",
    "acommerce_status/templates/acommerce_status/redoc.html",
    "acommerce_status/templates/acommerce_status/swagger.html",
    "operators/templates/operators/order.html",
    "orders/models.py",
]
"""Files of which every line that names v2 goes."""
NAMES_V2 = re.compile(r"v2|legacy", re.IGNORECASE)
PAGE = re.compile(r"@get_only\ndef migration\(.*?\n\n\n", re.DOTALL)
"""The page on the way from v2 to v3, in acommerce_status/html_pages.py."""
RULES = re.compile(r"\[importlinter:contract:v2\].*?(?=\n\[)", re.DOTALL)
LEFT = re.compile(r"orders\.v2|v2_status|V2_|[Ll]egacy")
"""What nothing may name afterwards but migrations, which say what was."""
SOURCE = ["acommerce_status", "callers", "delivery", "demo", "operators", "orders", "stores", "wire"]
ENVIRONMENT = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}


def delete_v2(tree: Path) -> None:
    """Follow the list."""
    for folder in FOLDERS:
        shutil.rmtree(tree / folder)
    for file in FILES:
        (tree / file).unlink()
    for file in LINES:
        kept = [line for line in (tree / file).read_text().splitlines(True) if not NAMES_V2.search(line)]
        (tree / file).write_text("".join(kept))
    for file, pattern in (("acommerce_status/html_pages.py", PAGE), ("setup.cfg", RULES)):
        text, count = pattern.subn("", (tree / file).read_text())
        assert count == 1
        (tree / file).write_text(text.replace("v2 | v3", "v3"))


def run(tree: Path, *arguments: str) -> str:
    """What a Python command in `tree` prints; the test fails with it when the command does."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=tree,
        env=ENVIRONMENT | {"VAR_DIR": str(tree / "var")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of this tree without v2."""
    copy = tmp_path / "tree"
    ignored = shutil.ignore_patterns(".*", "var", "__pycache__", "node_modules")
    shutil.copytree(ROOT, copy, ignore=ignored)
    delete_v2(copy)
    return copy


@pytest.mark.slow
def test_without_v2_the_checks_and_the_tests_of_v3_pass(tree: Path) -> None:
    run(tree, "manage.py", "makemigrations", "orders", "--name", "without_v2")
    migration = next((tree / "orders" / "migrations").glob("*_without_v2.py")).read_text()
    run(tree, "manage.py", "check", "--fail-level", "WARNING")
    run(tree, "manage.py", "makemigrations", "--check", "--dry-run")
    rewritten = run(tree, "manage.py", "schema_snapshots")
    told = run(tree, "-m", "tests", "--engine", "sqlite", "tests/orders/v3", "tests/wire")

    assert rewritten == "subscriptions.json written.\n"  # it names the formats; v3.json stays as it is
    assert migration.count("RemoveField") == 1
    assert "name='v2_status'" in migration
    assert re.search(r"[1-9]\d\d passed", told)
    assert not re.search(r"\d+ (?:failed|error)", told)


def test_nothing_else_in_the_source_knows_v2(tree: Path) -> None:
    files = [
        file for room in SOURCE for file in (tree / room).rglob("*.py") if "migrations" not in file.parts
    ]
    found = [
        f"{file.relative_to(tree)}: {line}"
        for file in files
        for line in file.read_text().splitlines()
        if LEFT.search(line)
    ]

    assert len(files) > 80
    assert found == []
