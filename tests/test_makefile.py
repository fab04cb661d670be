"""What `make` says when Python is not as it must be: a sentence, before anything is installed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from testbed.servers import ROOT

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="needs make")

OTHER_PYTHON = "Python 3.11, 3.12 or 3.13 is needed: make PYTHON=/path/to/python3.11\n"


def make(folder: Path, python: Path | str) -> tuple[int, str]:
    """The status of `make .venv/.python` in this folder, and what it writes to stderr first."""
    shutil.copy(ROOT / "Makefile", folder)
    command = ["make", "--silent", ".venv/.python", f"PYTHON={python}"]
    # `make test` hands its level down, with which this one would call itself make[1].
    own = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(command, cwd=folder, env=own, check=False, capture_output=True, text=True)
    return done.returncode, done.stderr.partition("make: ***")[0]


def pretending(folder: Path, code: str) -> Path:
    """A Python in which `code` runs before all else."""
    (folder / "sitecustomize.py").write_text(code)
    script = folder / "python"
    script.write_text(f'#!/bin/sh\nPYTHONPATH={folder} exec {sys.executable} "$@"\n')
    script.chmod(0o755)
    return script


def test_a_debian_without_python3_venv_is_told_what_to_install(tmp_path: Path) -> None:
    python = pretending(tmp_path, "import sys\nsys.modules['ensurepip'] = None\n")

    sentence = "cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv\n"
    assert make(tmp_path, python) == (2, f"{python} {sentence}")


@pytest.mark.parametrize("version", ["(3, 10, 13)", "(2, 7)"])
def test_an_old_python_is_told(tmp_path: Path, version: str) -> None:
    python = pretending(tmp_path, f"import sys\nsys.version_info = {version}\n")

    assert make(tmp_path, python) == (2, OTHER_PYTHON)


def test_no_python_is_told(tmp_path: Path) -> None:
    assert make(tmp_path, "/nowhere/python3") == (2, OTHER_PYTHON)
