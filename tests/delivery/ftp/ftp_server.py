"""FTP and FTPS servers of pyftpdlib, in a thread of their own; TLS sessions must be reused for data."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # of asyncore and asynchat, which it stands on
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.filesystems import AbstractedFS
    from pyftpdlib.handlers import FTPHandler, TLS_DTPHandler, TLS_FTPHandler
    from pyftpdlib.servers import FTPServer

from OpenSSL import SSL

from tests.delivery.ftp.place import PASSWORD, USER, Place
from tests.delivery.ftp.trouble import Cut, Trouble


class Files(AbstractedFS):  # type: ignore[misc]  # pyftpdlib has no types
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
            self.cmd_channel.close()
            if self.cmd_channel.data_channel:
                self.cmd_channel.data_channel.close()
            raise OSError("cut") from None
        return done

    def open(self, filename: str, mode: str) -> Any:
        file = self._do("open", super().open, filename, mode)
        if mode.startswith(("w", "x")):
            written = file.write
            file = _File(file, lambda data: self._write(written, data))
        return file

    def _write(self, write: Any, data: bytes) -> Any:
        """As most servers do, which say that they are full; pyftpdlib itself says nothing by TLS."""
        try:
            return self._do("write", write, data)
        except OSError as error:
            if self.cmd_channel.connected:
                self.cmd_channel.respond(f"552 {error.strerror}.")
                self.cmd_channel.data_channel.close()

    def getsize(self, path: str) -> Any:
        return self._do("stat", super().getsize, path)

    def rename(self, src: str, dst: str) -> Any:
        return self._do("rename", super().rename, src, dst)

    def remove(self, path: str) -> Any:
        return self._do("remove", super().remove, path)


class _File:
    def __init__(self, file: Any, write: Any) -> None:
        self._file, self.write = file, write

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


class Data(TLS_DTPHandler):  # type: ignore[misc]  # as above
    """Refuses a data connection that does not reuse the session of the commands, as vsftpd does."""

    def handle_ssl_established(self) -> None:
        if not SSL._lib.SSL_session_reused(self.socket._ssl):  # type: ignore[attr-defined]  # private
            self.cmd_channel.respond("522 SSL connection failed: session reuse required")
            self.close()


@contextmanager
def ftp_server(
    root: Path, certificate: Path | None = None, host: str = "127.0.0.1", **attributes: Any
) -> Iterator[Place]:
    """A server whose folder `/in` is `root/in`; with a certificate (and its key) it demands TLS."""
    trouble = Trouble()
    users = DummyAuthorizer()
    users.add_user(USER, PASSWORD, str(root), perm="elradfmwMT")
    common = {
        "authorizer": users,
        "abstracted_fs": type("FilesHere", (Files,), {"trouble": trouble}),
        "auth_failed_timeout": 0,
        "passive_ports": None,
    }
    if certificate:
        tls = {"certfile": str(certificate), "tls_control_required": True, "tls_data_required": True}
        handler = type("Handler", (TLS_FTPHandler,), common | tls | {"dtp_handler": Data} | attributes)
    else:
        handler = type("Handler", (FTPHandler,), common | attributes)
    server = FTPServer((host, 0), handler)
    place = Place("ftps" if certificate else "ftp", root / "in", trouble, port=server.address[1])
    over = threading.Event()

    def run() -> None:
        while not over.is_set():
            server.ioloop.loop(timeout=0.01, blocking=False)
        server.close_all()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield place
    finally:
        over.set()
        thread.join(5)
