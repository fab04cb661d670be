"""Which failures of PostgreSQL let a batch begin again."""

import psycopg
import pytest
from django.db import OperationalError
from psycopg import errors

from orders.publishing.bulk import is_serialization_failure


@pytest.mark.parametrize(
    ("cause", "begins_again"),
    [
        (errors.SerializationFailure(), True),
        (errors.DeadlockDetected(), True),
        (errors.QueryCanceled(), False),
        (errors.LockNotAvailable(), False),
        (errors.AdminShutdown(), False),
        (errors.ReadOnlySqlTransaction(), False),
        (psycopg.OperationalError("the connection is lost"), False),
        (None, False),
    ],
)
def test_only_a_transaction_that_gave_way_begins_again(cause: Exception | None, begins_again: bool) -> None:
    failure = OperationalError()
    failure.__cause__ = cause

    assert is_serialization_failure(failure) is begins_again
