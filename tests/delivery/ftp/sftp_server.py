"""An SFTP server of asyncssh, in a thread of its own."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncssh

from tests.delivery.ftp.place import PASSWORD, USER, Place
from tests.delivery.ftp.trouble import Cut, Trouble

HOST_KEY = asyncssh.generate_private_key("ssh-ed25519")


class Login(asyncssh.SSHServer):
    """One user, by password or by one of `keys`."""

    keys: list[str] = []
    connections: list[asyncssh.SSHServerConnection] = []

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self.connections.append(conn)

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        text = key.export_public_key().decode().split()[1]
        return username == USER and any(line.split()[1] == text for line in self.keys)


class Files(asyncssh.SFTPServer):
    """Files below a folder, with trouble."""

    trouble: Trouble

    def _do(self, step: str, call: Any, *arguments: Any) -> Any:
        done: Any = None
        try:
            self.trouble.moment(f"before {step}")
            done = call(*arguments)
            self.trouble.moment(f"after {step}")
        except Cut:
            if hasattr(done, "close"):
                done.close()
            self.connection.abort()
            raise asyncssh.SFTPConnectionLost("") from None
        return done

    def open(self, path: bytes, pflags: int, attrs: Any) -> Any:
        return self._do("open", super().open, path, pflags, attrs)

    def write(self, file_obj: Any, offset: int, data: bytes) -> Any:
        return self._do("write", super().write, file_obj, offset, data)

    def stat(self, path: bytes) -> Any:
        return self._do("stat", super().stat, path)

    def rename(self, oldpath: bytes, newpath: bytes) -> Any:
        return self._do("rename", super().rename, oldpath, newpath)

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> Any:
        return self._do("posix_rename", super().posix_rename, oldpath, newpath)

    def remove(self, path: bytes) -> Any:
        return self._do("remove", super().remove, path)


@contextmanager
def sftp_server(root: Path, **options: Any) -> Iterator[Place]:
    """A server whose folder `/in` is `root/in`; `options` are asyncssh's."""
    trouble = Trouble()
    files = type("FilesHere", (Files,), {"trouble": trouble})
    login: Any = type("LoginHere", (Login,), {"keys": [], "connections": []})
    common = {
        "server_host_keys": [HOST_KEY],
        "sftp_factory": lambda chan: files(chan, chroot=str(root).encode()),
    }
    started, over = threading.Event(), asyncio.Event()
    place = Place("sftp", root / "in", trouble, host_key=HOST_KEY.get_fingerprint())
    place.login = login

    async def serve() -> None:
        async with asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=login,
            **common | options,
        ) as server:
            place.port, place.loop = server.get_port(), asyncio.get_running_loop()
            started.set()
            await over.wait()
        for connection in login.connections:
            connection.abort()
            await connection.wait_closed()

    thread = threading.Thread(target=asyncio.run, args=[serve()], daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield place
    finally:
        place.loop.call_soon_threadsafe(over.set)
        thread.join(5)
