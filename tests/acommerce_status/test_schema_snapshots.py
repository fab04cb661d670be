from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from drf_spectacular.drainage import GENERATOR_STATS, warn

from tests.openapi import JSON


def test_the_snapshots_are_up_to_date() -> None:
    call_command("schema_snapshots", check=True)


def test_a_snapshot_that_differs_is_refused_with_what_to_do(tmp_path: Path) -> None:
    call_command("schema_snapshots", folder=tmp_path, verbosity=0)
    (tmp_path / "v2.json").write_text("{}\n")

    with pytest.raises(CommandError, match=r"^v2\.json: .*make snapshots"):
        call_command("schema_snapshots", check=True, folder=tmp_path)

    assert (tmp_path / "v2.json").read_text() == "{}\n"


def test_a_warning_of_the_generator_fails_the_snapshots(monkeypatch: pytest.MonkeyPatch) -> None:
    def build_with_a_warning(version: str) -> JSON:
        warn("something is not declared")
        return {}

    monkeypatch.setattr("acommerce_status.management.commands.schema_snapshots.build", build_with_a_warning)

    with pytest.raises(CommandError, match="warnings about v3"):
        call_command("schema_snapshots", check=True)

    GENERATOR_STATS.reset()
