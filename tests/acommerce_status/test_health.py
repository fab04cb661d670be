import pytest
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.shapes import assert_problem

pytestmark = [pytest.mark.wire, pytest.mark.django_db]


def away(*_: object) -> None:
    raise OperationalError("connection to server at 10.0.0.7 failed")


def test_alive_is_alive_and_asks_nobody(
    anyone: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        response = anyone.get("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_ready_is_a_database_that_is_migrated_and_a_counter_store(anyone: Client) -> None:
    response = anyone.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"status": "ok", "checks": {"database": "ok", "limits": "ok"}}


def test_not_ready_while_a_migration_is_due(anyone: Client) -> None:
    (newest,) = MigrationLoader(connection).graph.leaf_nodes("orders")
    MigrationRecorder(connection).record_unapplied(*newest)

    response = anyone.get("/readyz")

    assert_problem(response, 503, "UNAVAILABLE", detail="The database is not ready: migrations are due.")


def test_not_ready_and_still_alive_without_the_database(anyone: Client) -> None:
    with connection.execute_wrapper(away):
        ready, alive = anyone.get("/readyz"), anyone.get("/healthz")

    assert_problem(ready, 503, "UNAVAILABLE", detail="The database is not ready: away.")
    assert alive.status_code == 200


def test_however_often_readiness_is_asked_for_it_looks_once_a_second(
    anyone: Client, django_assert_num_queries: DjangoAssertNumQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = anyone.get("/readyz").json()
    with django_assert_num_queries(0):
        again = [anyone.get("/readyz").json() for _ in range(100)]
    monkeypatch.setattr("acommerce_status.health.MEMORY_SECONDS", 0)
    with connection.execute_wrapper(away):
        later = anyone.get("/readyz")

    assert again == [before] * 100
    assert later.status_code == 503
