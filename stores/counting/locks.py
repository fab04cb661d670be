"""Locks of the system on files: held until a process lets go or ends, however it ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(file: Path, seconds: float) -> Iterator[bool]:
    """Whether the lock is ours until the block ends; another process may have it for so many seconds."""
    lock = os.open(file, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        deadline = time.monotonic() + seconds
        while not (is_ours := _can_lock(lock)) and time.monotonic() < deadline:
            time.sleep(0.02)
        yield is_ours
    finally:
        os.close(lock)


def is_held(file: Path) -> bool:
    """Whether somebody holds it, as far as we may know."""
    try:
        lock = os.open(file, os.O_RDWR)
    except OSError as error:
        return not isinstance(error, FileNotFoundError)
    try:
        return not _can_lock(lock)
    finally:
        os.close(lock)


def hold(file: Path) -> int:
    """Make the file, and hold it until this process ends. Nobody sees it before. Raises OSError."""
    hidden = file.with_name(f".{file.name}")
    lock = os.open(hidden, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    hidden.rename(file)
    return lock


def _can_lock(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
