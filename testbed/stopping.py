"""Stopping a process (SIGSTOP) at a step of its own, once, when a test asks for it by a file."""

import os
import pkgutil
import signal
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any

STEPS = {
    "renewed": "delivery.engine.leases.Leases.renew",
    "looked": "delivery.engine.store.look",
    "loaded": "delivery.engine.store.load_due",
    "read": "delivery.engine.reading.read_pages",
    "begun": "delivery.engine.running.Running.begun",
    "prepared": "delivery.webhook.Webhook.prepare",
    "answered": "delivery.engine.sending.answered",
    "taken": "delivery.engine.deliverer.take_changes",
    "in the transaction": "delivery.engine.saving._save_by_arrays",
    "saved": "delivery.engine.deliverer.save",
}
"""After these calls `deliver` may be stopped: between claiming a shard and having saved what came of it."""


def stoppable() -> dict[str, Callable[..., Any]]:
    """By its name what is put in place of each of these calls; nothing without STOP_FOLDER.

    A test asks for a stop by a file there that is named as the step.
    """
    folder = os.environ.get("STOP_FOLDER")
    if not folder:
        return {}
    return {
        name: _stopping_after(Path(folder, step), pkgutil.resolve_name(name)) for step, name in STEPS.items()
    }


def _stopping_after(file: Path, call: Callable[..., Any]) -> Callable[..., Any]:
    """The same, and a stop where there is that file."""

    @wraps(call)
    def calling(*arguments: Any, **named: Any) -> Any:
        answer = call(*arguments, **named)
        with suppress(FileNotFoundError):
            file.unlink()
            os.kill(os.getpid(), signal.SIGSTOP)
        return answer

    return calling


def is_stopped(pid: int) -> bool:
    """Whether a process stands still."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
