"""What stops the start, and how it is told: by a real `manage.py check` in an environment of its own."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from acommerce_status import embedded, environment
from testbed.servers import ROOT

WHOLE = {
    "DATABASE_URL": "postgres://u:p@127.0.0.1:1/x",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SECRET_KEY": "0123456789" * 5,
    "ALLOWED_HOSTS": "example.com, .example.org,[::1]",
    "TRUST_PROXY": "on",
}
NUMBERS = [
    ("WEB_CONCURRENCY", 1, 256),
    ("REPLICA_RETRY_SECONDS", 1, 86_400),
    ("WEB_THREADS", 1, 256),
    ("DATABASE_POOL_SIZE", 1, 500),
    ("STATEMENT_TIMEOUT_SECONDS", 1, 60),
    ("FEED_MEMORY_MILLISECONDS", 0, 1_000),
    ("TOKEN_LIFETIME_SECONDS", 1, 2_678_400),
    ("CALLER_CACHE_SECONDS", 0, 10),
    ("MAX_SUBSCRIPTIONS_OF_SCOPE", 1, 10_000),
    ("MAX_SUBSCRIPTIONS", 1, 100_000),
]
NETWORKS = "must hold networks or addresses, such as 10.1.0.0/16 and 2001:db8::1, between commas."
FERNET = "must hold keys of Fernet, 32 bytes in URL-safe base64 each, separated by commas."
PUBLIC = "PUBLIC_URL must look like https://orders.example.com."
MAIL = "EMAIL_URL must look like smtp+tls://user:password@mail.example.com:587."
SENDER = "DELIVERY_FROM must look like Orders <orders@example.com>, or orders@example.com."
OTHERS = [
    ("DELIVERY_NETWORKS", "10.1.0.0/33", f"DELIVERY_NETWORKS {NETWORKS}"),
    ("DELIVERY_NETWORKS", "10.1.0.1/16", f"DELIVERY_NETWORKS {NETWORKS}"),
    ("DELIVERY_DENY", "shop.example", f"DELIVERY_DENY {NETWORKS}"),
    ("DELIVERY_ADDRESSES", "1.2.3", f"DELIVERY_ADDRESSES {NETWORKS}"),
    ("DELIVERY_ALLOW", "http,gopher", "DELIVERY_ALLOW may hold http, ftp, separated by commas, or nothing."),
    ("DELIVERY_KEYS", "short", f"DELIVERY_KEYS {FERNET}"),
    ("DELIVERY_KEYS", "=" * 44, f"DELIVERY_KEYS {FERNET}"),
    ("DELIVERY_KEYS", f"{'A' * 43}=,{'A' * 42}==", f"DELIVERY_KEYS {FERNET}"),
    ("METRICS_DIR", "metrics", "METRICS_DIR must be the absolute path of a folder, such as /srv/outbox."),
    ("METRICS_TOKEN", "too-short", "METRICS_TOKEN must be 20 or more letters, digits and any of ._~+/=-"),
    ("METRICS_TOKEN", "with spaces in between it", "METRICS_TOKEN must be 20 or more letters, digits"),
    ("PUBLIC_URL", "orders.example.com", PUBLIC),
    ("PUBLIC_URL", "https://orders.example.com/api", PUBLIC),
    ("PUBLIC_URL", "https://user:secret@orders.example.com", PUBLIC),
    ("PUBLIC_URL", "https://orders.example.com:99999", PUBLIC),
    ("EMAIL_URL", "mail.example.com", MAIL),
    ("EMAIL_URL", "smtp://", MAIL),
    ("EMAIL_URL", "smtp://user:secret@mail.example.com:99999", MAIL),
    ("EMAIL_URL", "smtp+tls://mail.example.com?timeout=5", MAIL),
    ("EMAIL_URL", "pigeon://mail.example.com", MAIL),
    ("EMAIL_URL", "filemail://mail.example.com/x", MAIL),
    ("EMAIL_URL", "anymail+mailgun://user@host", MAIL),
    ("EMAIL_URL", "anymail+pigeon://", "EMAIL_URL names a provider that django-anymail does not have."),
    ("DELIVERY_FROM", "orders", SENDER),
    ("DELIVERY_FROM", "Orders <orders at example.com>", SENDER),
    ("DELIVERY_FROM", "a@example.com, b@example.com", SENDER),
    ("SECRET_KEY", " ", "SECRET_KEY is missing: set it to a random text of at least 50 characters"),
    ("REDIS_URL", "x", "REDIS_URL must look like redis://host:6379/0"),
    ("REDIS_URL", "redis://host:6379/0?colour=red", "REDIS_URL must look like redis://host:6379/0"),
    ("REDIS_URL", "redis://host:6379/zero", "REDIS_URL must look like redis://host:6379/0"),
    ("REDIS_URL", "redis://host:6379/1/2", "REDIS_URL must look like redis://host:6379/0"),
    ("REDIS_URL", "redis://", "REDIS_URL must look like redis://host:6379/0"),
    ("REDIS_URL", "unix://", "REDIS_URL must look like redis://host:6379/0"),
    ("REDIS_URL", "rediss://host/0?ssl_cert_reqs=bad", "REDIS_URL must look like redis://host:6379/0"),
    (
        "REDIS_URL",
        "redis://host/0?socket_timeout=9",
        "REDIS_URL must not set socket_timeout, because we set it.",
    ),
    ("DATABASE_URL", "mysql://u@p/n", "DATABASE_URL must look like postgres://user:password@host:5432/name."),
    ("HTTPS", "enabled", "HTTPS must be on or off."),
    ("LOG_LEVEL", "loud", "LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL."),
    ("V2_SUNSET", "2027-11-01T00:00:00", "V2_SUNSET must be an RFC 3339 time with a zone"),
]


def check(**variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "check"]
    return subprocess.run(command, cwd=ROOT, env=variables, check=False, capture_output=True, text=True)


def said(**variables: str) -> str:
    """What a start that is stopped writes to stderr, and nothing else."""
    done = check(**WHOLE | variables)

    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr


def test_good_settings_say_nothing() -> None:
    delivery = {
        "DELIVERY_NETWORKS": "10.1.0.0/16, 2001:db8::1",
        "DELIVERY_ALLOW": "http,ftp",
        "DELIVERY_KEYS": f"{'A' * 43}=",
        "PUBLIC_URL": "https://orders.example.com:8443/",
        "EMAIL_URL": "smtp+tls://user:p%40ss@mail.example.com",
        "DELIVERY_FROM": "Bestellungen für Händler <orders@example.com>",
    }

    done = check(**WHOLE | delivery)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("name", "least", "most"), NUMBERS)
def test_a_number_beyond_its_bounds_is_told_in_its_sentence_alone(name: str, least: int, most: int) -> None:
    sentence = f"{name} must be a whole number from {least} to {most}, such as"

    written = said(**{name: str(most + 1)})

    assert written.startswith(sentence)
    assert written.count("\n") == 1


def test_every_number_may_be_at_its_bounds() -> None:
    least = {name: str(bound) for name, bound, _ in NUMBERS}
    most = {name: str(bound) for name, _, bound in NUMBERS}

    assert [check(**WHOLE, **variables).stderr for variables in (least, most)] == ["", ""]


@pytest.mark.parametrize("value", ["many", "-1", "1.5", "0", "6", "٣", "1_0", "9" * 5_000])
def test_what_is_no_number_between_the_bounds_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("SIZE", value)

    with pytest.raises(ImproperlyConfigured, match=r"^SIZE must be a whole number from 1 to 5, such as 3\.$"):
        environment.whole("SIZE", 3, 1, 5)


@pytest.mark.parametrize(("value", "found"), [("", 3), ("  ", 3), ("1", 1), (" 5 ", 5), ("04", 4)])
def test_a_blank_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch, value: str, found: int) -> None:
    monkeypatch.setenv("SIZE", value)

    assert environment.whole("SIZE", 3, 1, 50) == found


@pytest.mark.parametrize(("name", "value", "sentence"), OTHERS, ids=lambda text: text[:20])
def test_another_bad_value_is_told_in_its_sentence_alone(name: str, value: str, sentence: str) -> None:
    written = said(**{name: value})

    assert written.startswith(sentence)
    assert written.count("\n") == 1


def test_a_folder_that_cannot_be_written_to_is_told_in_a_sentence() -> None:
    done = check(VAR_DIR="/dev/null/var")

    assert done.stderr.startswith("VAR_DIR must be a folder that we can write to: ")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({"SECRET_KEY": "short"}, "acommerce.E001"),
        ({"ALLOWED_HOSTS": "*"}, "acommerce.E002"),
        ({"HSTS_PRELOAD": "on"}, "acommerce.E004"),
        ({"CALLER_RATE": "600"}, "acommerce.E005"),
        ({"V2_SUNSET": "2026-10-01T00:00:00Z"}, "acommerce.E006"),
        ({"ALLOWED_HOSTS": "https://example.com"}, "acommerce.E007"),
        ({"ALLOWED_HOSTS": "example.com:443"}, "acommerce.E007"),
    ],
    ids=str,
)
def test_settings_that_hurt_stop_the_start(variables: dict[str, str], found: str) -> None:
    written = said(**variables)

    assert written.startswith("SystemCheckError: System check identified some issues:\n\nERRORS:\n")
    assert f"({found})" in written


def test_several_processes_without_a_shared_store_stop_the_start(tmp_path: Path) -> None:
    assert "(acommerce.E003)" in check(VAR_DIR=str(tmp_path), WEB_CONCURRENCY="2").stderr


def test_https_behind_a_proxy_that_is_not_trusted_is_told_at_the_start() -> None:
    done = check(**WHOLE | {"TRUST_PROXY": "off"})

    assert done.returncode == 0
    assert "(acommerce.W001) HTTPS is on and TRUST_PROXY is off" in done.stderr


def test_what_the_embedded_profile_keeps_is_closed_to_others(tmp_path: Path) -> None:
    var = tmp_path / "new" / "var"

    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, env={"VAR_DIR": str(var)}, check=False
    )

    kept = {path.name: oct(path.stat().st_mode & 0o777) for path in var.iterdir()}
    assert done.returncode == 0
    assert oct(var.stat().st_mode & 0o777) == "0o700"
    assert kept["db.sqlite3"] == "0o600"
    assert set(kept.values()) == {"0o600"}


def test_what_the_first_release_left_open_is_closed(tmp_path: Path) -> None:
    names = ["db.sqlite3", "db.sqlite3-wal", "db.sqlite3-shm"]
    for name in names:
        (tmp_path / name).touch(mode=0o644)

    embedded.database_file(tmp_path)

    assert [oct((tmp_path / name).stat().st_mode & 0o777) for name in names] == ["0o600"] * 3
