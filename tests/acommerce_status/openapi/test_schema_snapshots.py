from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from drf_spectacular.drainage import GENERATOR_STATS, warn
from pytest_django import Settings

from acommerce_status.openapi.document import Contents
from acommerce_status.openapi.parameters import KINDS
from acommerce_status.openapi.v3 import OrdersByIdDescription
from orders.polling.parameters import StatusParameter
from tests.openapi import JSON


def test_the_snapshots_are_up_to_date() -> None:
    call_command("schema_snapshots", check=True)


def test_the_snapshots_do_not_depend_on_settings(settings: Settings) -> None:
    settings.MAX_SUBSCRIPTIONS_OF_SCOPE, settings.MAX_SUBSCRIPTIONS = 7, 8
    settings.CALLER_RATE = settings.CREATION_RATE = settings.TEST_RATE = "1/h"

    call_command("schema_snapshots", check=True)


def test_a_snapshot_that_differs_is_refused_with_what_to_do(tmp_path: Path) -> None:
    call_command("schema_snapshots", folder=tmp_path, verbosity=0)
    (tmp_path / "v2.json").write_text("{}\n")

    with pytest.raises(CommandError, match=r"^v2\.json: .*make snapshots"):
        call_command("schema_snapshots", check=True, folder=tmp_path)

    assert (tmp_path / "v2.json").read_text() == "{}\n"


def test_a_warning_of_the_generator_fails_the_snapshots(monkeypatch: pytest.MonkeyPatch) -> None:
    def build_with_a_warning(contents: Contents) -> JSON:
        warn("something is not declared")
        return {}

    monkeypatch.setattr("acommerce_status.management.commands.schema_snapshots.build", build_with_a_warning)

    with pytest.raises(CommandError, match="warnings about v3"):
        call_command("schema_snapshots", check=True)

    GENERATOR_STATS.reset()


def test_a_kind_of_parameter_without_a_description_is_refused_with_what_to_add(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(KINDS, StatusParameter)

    with pytest.raises(CommandError) as refusal:
        call_command("schema_snapshots", check=True)

    assert str(refusal.value) == (
        "The parameter orderStatus is a orders.polling.parameters.StatusParameter, a kind of parameter that"
        " has no OpenAPI description yet. Add a line for StatusParameter to KINDS in"
        " acommerce_status/openapi/parameters.py: a function that takes the parameter and returns the JSON"
        " Schema of one value."
    )


def test_a_view_without_a_description_is_refused_with_what_to_add(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OrdersByIdDescription, "target_class", None)

    with pytest.raises(CommandError) as refusal:
        call_command("schema_snapshots", check=True)

    assert str(refusal.value) == (
        "The view orders.v3.views.OrdersByIdView has no OpenAPI description yet. Add two classes to"
        " acommerce_status/openapi, where the views beside it are described: a schema that says what the view"
        " answers, and a ViewDescription that names both."
    )
