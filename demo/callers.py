"""The demo's callers. Their keys are kept in a file under var/, which no real caller's key ever is."""

import json
from collections.abc import Iterable
from pathlib import Path

from callers.administration import create_caller
from callers.models import Caller

MISSPELT = "new-shop"


def demo_callers(*, file: Path, channels: Iterable[str], partners: Iterable[str]) -> dict[str, str]:
    """API keys by username, of callers made on first use.

    There is one for each channel and each partner, and one whose grant is misspelt, for operators to find.
    """
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    wanted: dict[str, tuple[list[str], list[str]]] = {name: ([name], []) for name in channels}
    wanted |= {f"partner-{name}": ([], [name]) for name in partners}
    wanted[MISSPELT] = (["lazada-ht"], [])
    for username, (own_channels, own_partners) in wanted.items():
        if username not in known and not Caller.objects.filter(username=username).exists():
            known[username] = create_caller(username=username, channels=own_channels, partners=own_partners)
    file.touch(mode=0o600)
    file.write_text(json.dumps(known, indent=2))
    return known
