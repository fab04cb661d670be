"""What is in DATABASE_URL and DATABASE_REPLICA_URLS is honoured, or refused by name; nothing is dropped."""

from urllib.parse import quote

import pytest
from django.core.exceptions import ImproperlyConfigured

from stores import databases

HOW = "DATABASE_URL must look like postgres://user:password@host:5432/name"
ALL = (
    "postgres://u:p%2Bq%40@h:6432/n?options=-c%20search_path%3Dmine&connect_timeout=9&application_name=ours"
    "&sslmode=verify-full&target_session_attrs=read-write"
)
NOT_TAKEN = "DATABASE_URL has a value that libpq does not take: its"
LIMITS = (
    "-c statement_timeout=3000 -c lock_timeout=3000 -c idle_in_transaction_session_timeout=30000"
    " -c timezone=UTC"
)


def config(url: str, name: str = "DATABASE_URL") -> databases.Config:
    return databases.postgresql(name, url, pool_size=2, statement_seconds=3)


def refusal(url: str) -> str:
    with pytest.raises(ImproperlyConfigured) as refused:
        config(url)
    return str(refused.value)


def test_every_parameter_arrives() -> None:
    found = config(ALL)

    named = {key: found[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    others = {key: value for key, value in found["OPTIONS"].items() if key != "pool"}
    assert named == {"NAME": "n", "USER": "u", "PASSWORD": "p+q@", "HOST": "h", "PORT": "6432"}
    assert others == {
        "options": f"-c search_path=mine {LIMITS}",
        "connect_timeout": "9",
        "application_name": "ours",
        "sslmode": "verify-full",
        "target_session_attrs": "read-write",
        "server_side_binding": True,
        "prepare_threshold": 3,
    }


def test_without_parameters_ours_remain() -> None:
    options = config("postgresql://u@h/n")["OPTIONS"]

    assert (options["options"], options["connect_timeout"]) == (LIMITS, databases.CONNECT_SECONDS)


@pytest.mark.parametrize("key", ["hostaddr", "service", "client_encoding", "colour", "CONN_MAX_AGE"])
def test_a_parameter_that_would_not_be_honoured_is_refused_by_name(key: str) -> None:
    assert refusal(f"postgres://u@h/n?{key}=").startswith(
        f"DATABASE_URL must be without the parameter {key}: "
    )


@pytest.mark.parametrize(
    "option", ["statement_timeout=0", "Lock-Timeout=9", "timezone=Asia/Bangkok", "TimeZone =UTC"]
)
def test_options_may_not_lift_our_limits(option: str) -> None:
    setting = option.partition("=")[0].strip().lower().replace("-", "_")

    assert refusal(f"postgres://u@h/n?options={quote(f'-c {option}')}") == (
        f"DATABASE_URL must not set {setting} in its options, because we set it."
    )


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mysql://u@p/n", f"{HOW}."),
        ("host=h dbname=n", f"{HOW}."),
        ("postgres://u:secr%zz@h/n", f"{HOW}, with %XX for special signs."),
        ("postgres://u@[::1/n", f"{HOW}, with %XX for special signs."),
        (
            "postgres://u@h",
            "DATABASE_URL names no database: it must look like postgres://user:password@host:5432/name.",
        ),
        ("postgres://u@h:secret/n", f"{NOT_TAKEN} port."),
        ("postgres://u@h:99999/n", f"{NOT_TAKEN} port."),
        (
            "postgres://u@h/n?sslmode=secret",
            f"{NOT_TAKEN} sslmode.",
        ),
        ("postgres://u@h/n?connect_timeout=0", "DATABASE_URL must have a connect_timeout from 1 to 60."),
        ("postgres://u@h/n?connect_timeout=x", "DATABASE_URL must have a connect_timeout from 1 to 60."),
    ],
)
def test_what_is_no_url_is_refused_without_being_repeated(url: str, sentence: str) -> None:
    assert refusal(url) == sentence


@pytest.mark.parametrize(
    ("url", "difference"),
    [
        ("postgres://u:other@r/n", "password"),
        ("postgres://v:p@r/n", "user"),
        ("postgres://u:p@r/m", "dbname"),
        ("postgres://u:p@r/n?sslmode=disable", "sslmode"),
        ("postgres://u:p@r/n?connect_timeout=3", "connect_timeout"),
    ],
)
def test_a_replica_that_is_to_be_reached_otherwise_is_refused(url: str, difference: str) -> None:
    primary = config("postgres://u:p@h/n?sslmode=require")

    with pytest.raises(ImproperlyConfigured, match=f"DATABASE_REPLICA_URLS differs in {difference}: "):
        databases.any_replica(primary, [config(url, "DATABASE_REPLICA_URLS")], retry_seconds=60)


def test_a_replica_that_says_only_where_it_is_is_reached_as_the_primary() -> None:
    primary = config("postgres://u:p@h/n?sslmode=require&connect_timeout=9")

    found = databases.any_replica(primary, [config("postgres://r/n")], retry_seconds=60)

    options = found["OPTIONS"]
    assert (found["USER"], found["PASSWORD"], found["NAME"]) == ("u", "p", "n")
    assert (options["host"], options["sslmode"], options["connect_timeout"]) == ("r,h", "require", "9")
