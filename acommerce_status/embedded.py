"""The embedded profile: what `make run` stands on when nothing is configured. Nobody else may read it."""

import base64
import hashlib
import secrets
from contextlib import suppress
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def secret_key(var: Path) -> str:
    """The key kept in `var/secret_key`, made on first use."""
    file = var / "secret_key"
    if not file.exists():
        _closed_file(file).write_text(secrets.token_urlsafe(50))
    return file.read_text()


def delivery_key(secret: str) -> str:
    """The key that encrypts secrets of subscriptions; it follows from the one kept."""
    return base64.urlsafe_b64encode(hashlib.sha256(b"delivery|" + secret.encode()).digest()).decode()


def mail_url(var: Path) -> str:
    """Mails become files in `var/mail`."""
    return f"{var.absolute().as_uri().replace('file:', 'filemail:', 1)}/mail"


def database_file(var: Path) -> Path:
    """`var/db.sqlite3`, made on first use. SQLite gives the files beside it the same permissions."""
    return _closed_file(var / "db.sqlite3")


def _closed_file(file: Path) -> Path:
    """The file with read and write for its owner only, in a folder that, if new, is the owner's alone.

    Raises ImproperlyConfigured when that is not possible.
    """
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)
        for path in file.parent.glob(f"{file.name}*"):
            with suppress(FileNotFoundError):  # SQLite removes what it has beside the file
                path.chmod(0o600)  # the first release left all of them open to everybody
    except OSError as error:
        raise ImproperlyConfigured(f"VAR_DIR must be a folder that we can write to: {error}.") from error
    return file
