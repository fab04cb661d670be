"""What is ignored for some files names files that there are. mypy says so itself of its sections."""

import tomllib

from django.conf import settings


def test_the_ignores_of_ruff_name_files_that_there_are() -> None:
    ignores = tomllib.loads((settings.BASE_DIR / "ruff.toml").read_text())["lint"]["per-file-ignores"]
    unmatched = [pattern for pattern in ignores if not any(settings.BASE_DIR.glob(pattern))]

    assert ignores
    assert unmatched == []
