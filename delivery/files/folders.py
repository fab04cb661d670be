"""Folders below DELIVERY_FOLDER, and files in them that appear whole or not at all.

Every step goes through the descriptor of a folder that was opened without following a link, so that nobody
who may write there leads us elsewhere.
"""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO

from django.conf import settings

CHUNK = 256 * 1024
MAX_LENGTH = 500
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
"""What file systems without hard links answer."""


class BadFolder(ValueError):
    """Says what is wrong with the name of a folder, or with what is in it."""


class Stopped(Exception):
    """We may not go on."""


def check_folder(text: str) -> str:
    """The path below DELIVERY_FOLDER. Raises BadFolder."""
    path = PurePosixPath(text)
    is_outside = path.is_absolute() or ".." in path.parts or not path.parts or "\\" in text
    if is_outside or len(text.encode()) > MAX_LENGTH:
        raise BadFolder("must be a path below DELIVERY_FOLDER, such as shop/in, without ..")
    if not text.isprintable() or any(part.startswith(".") for part in path.parts):
        raise BadFolder("must be printable, and no part of it may begin with a dot")
    return str(path)


@contextmanager
def opened(folder: str) -> Iterator[int]:
    """The descriptor of a folder, made where it is missing. Raises BadFolder, OSError for a link."""
    if not settings.DELIVERY_FOLDER:
        raise BadFolder("DELIVERY_FOLDER is not set")
    Path(settings.DELIVERY_FOLDER).mkdir(parents=True, exist_ok=True)
    here = os.open(settings.DELIVERY_FOLDER, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in PurePosixPath(check_folder(folder)).parts:
            with suppress(FileExistsError):
                os.mkdir(part, dir_fd=here)
                os.fsync(here)
            inner = os.open(part, _FOLDER, dir_fd=here)
            os.close(here)
            here = inner
        yield here
    finally:
        os.close(here)


def put(
    folder: int, name: str, size: int, stream: IO[bytes], fence: int, may_go_on: Callable[[], bool]
) -> None:
    """Put a file there under its name, which it gets when it is whole and on the disk.

    One of that name and size is there already from an earlier try. Raises Stopped, BadFolder, OSError.
    """
    part = f".{name}.{fence}.part"
    _remove_older(folder, name, part)
    if _is_there(folder, name, size):
        return
    if not may_go_on():
        raise Stopped
    try:
        written = _write(folder, part, stream)
        if written != size:
            raise BadFolder(f"{written} bytes were written of {size}")
        if not may_go_on():
            raise Stopped
        _name(folder, part, name, size)
        os.fsync(folder)
    finally:
        with suppress(OSError):
            os.unlink(part, dir_fd=folder)


def try_out(folder: int, name: str) -> None:
    """Write a small hidden file, rename it, remove it."""
    _write(folder, f"{name}.part", BytesIO(b"A test.\n"))
    os.rename(f"{name}.part", name, src_dir_fd=folder, dst_dir_fd=folder)
    os.unlink(name, dir_fd=folder)


def _name(folder: int, part: str, name: str, size: int) -> None:
    """Give it its name by a hard link, which overwrites nothing that came meanwhile; else by renaming."""
    if _is_there(folder, name, size):
        return
    try:
        os.link(part, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except FileExistsError:
        _is_there(folder, name, size)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        os.rename(part, name, src_dir_fd=folder, dst_dir_fd=folder)


def _is_there(folder: int, name: str, size: int) -> bool:
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    if not stat.S_ISREG(found.st_mode):
        raise BadFolder(f"{name} is there, and is no file")
    if found.st_size != size:
        raise BadFolder(f"there is another file {name}, of {found.st_size} bytes instead of {size}")
    return True


def _write(folder: int, name: str, stream: IO[bytes]) -> int:
    """A new file in place of what an earlier try left: nothing that has its name is written to."""
    written = 0
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)
    with os.fdopen(os.open(name, _NEW, 0o640, dir_fd=folder), "wb") as file:
        while chunk := stream.read(CHUNK):
            written += file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return written


def _remove_older(folder: int, name: str, part: str) -> None:
    """What an earlier try of ours was killed over."""
    for found in os.listdir(folder):
        if found.startswith(f".{name}.") and found.endswith(".part") and found != part:
            with suppress(OSError):
                os.unlink(found, dir_fd=folder)
