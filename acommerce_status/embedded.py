"""The embedded profile: what `make run` stands on when nothing is configured."""

import secrets
from pathlib import Path
from typing import Any


def secret_key(var: Path) -> str:
    """The key kept in `var/secret_key`, made on first use and readable by its owner only."""
    file = var / "secret_key"
    if not file.exists():
        var.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(50))
    return file.read_text()


def database(var: Path) -> dict[str, Any]:
    """An SQLite file that is read while it is written (WAL), and has one writer at a time.

    IMMEDIATE makes a writer wait for its turn at BEGIN instead of failing half-way.
    """
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": var / "db.sqlite3",
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
