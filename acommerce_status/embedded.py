"""The embedded profile: what `make run` stands on when nothing is configured."""

import secrets
from pathlib import Path


def secret_key(var: Path) -> str:
    """The key kept in `var/secret_key`, made on first use and readable by its owner only."""
    file = var / "secret_key"
    if not file.exists():
        var.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(50))
    return file.read_text()
