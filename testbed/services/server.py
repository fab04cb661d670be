"""What a server process of the tests can do, and the folder it lives in."""

import ctypes
import os
import pwd
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from signal import SIGINT, SIGKILL, Signals
from typing import ClassVar, Literal

Mode = Literal["fast", "immediate"]

TIMEOUT = 30  # seconds for a server to start or to stop; both take well under one
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC"}  # nothing of the caller's, least of all PGPORT and its kind


def die_with_parent() -> None:
    """As `preexec_fn`: on Linux the child gets SIGINT when the thread that started it ends or is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, SIGINT)  # 1 is PR_SET_PDEATHSIG


class Server:
    """A server in `folder`, run by the folder's owner `account` (None: us), as often as you like."""

    signals: ClassVar[dict[Mode, Signals]]

    def __init__(self, folder: Path, account: pwd.struct_passwd | None = None) -> None:
        self.folder = folder
        self.account = account
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Of the server's main process."""
        assert self._process is not None
        return self._process.pid

    def command(self) -> list[str]:
        """The command line that runs the server in the foreground."""
        raise NotImplementedError

    def is_ready(self) -> bool:
        """Whether the server answers."""
        raise NotImplementedError

    def start(self) -> None:
        """Return once the server answers; RuntimeError with the end of its log if it does not in time."""
        self._process = self._spawn(self.command())
        deadline = time.monotonic() + TIMEOUT
        while not self.is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop("immediate")
                raise RuntimeError(f"{self.command()[0]} did not start:\n{self._log_tail()}")
            time.sleep(0.01)

    def stop(self, mode: Mode = "fast") -> None:
        """Return once the server, if it ran, has ended: `fast` is orderly, `immediate` as good as a crash."""
        if self._process is None:
            return
        for signal in (self.signals[mode], SIGKILL):
            self._process.send_signal(signal)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(TIMEOUT)
                break
        self._process = None

    def run(self, *command: str) -> None:
        """Run a command as the server's account; RuntimeError with the end of the log if it fails."""
        process = self._spawn(list(command))
        try:
            status = process.wait(TIMEOUT)
        finally:
            process.kill()
            process.wait()
        if status != 0:
            raise RuntimeError(f"{command[0]} failed:\n{self._log_tail()}")

    def _spawn(self, command: list[str]) -> subprocess.Popen[bytes]:
        """Start it in its own session: the terminal's Ctrl-C is for the tests, not for what they stand on."""
        account = self.account
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - it makes one system call and takes no lock
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
            )

    def _log_tail(self) -> str:
        return (self.folder / "log").read_text(errors="replace")[-2000:]


def is_open(path: Path) -> bool:
    """Whether every account can get to `path`. No matter for a plain user: the servers are the user's too."""
    return os.geteuid() != 0 or all(place.stat().st_mode & 0o001 for place in (path, *path.parents))


@contextmanager
def private_folder(account: pwd.struct_passwd | None = None) -> Iterator[Path]:
    """A new folder of `account` that it can get to, removed with all it holds."""
    places = [place for place in (tempfile.gettempdir(), "/tmp", "/var/tmp") if is_open(Path(place))]
    folder = Path(places[0], f"acommerce-{secrets.token_hex(8)}")
    try:  # named before it is made, so that no interrupt comes between making and removing it
        folder.mkdir(mode=0o700)
        if account:
            os.chown(folder, account.pw_uid, account.pw_gid)
        yield folder
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    """Remove the folder, although an orphan of a killed server may add a last file meanwhile."""
    for _ in range(TIMEOUT * 10):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.1)
    raise RuntimeError(f"{folder} could not be removed.")
