"""ftplib's client, with our own sockets and the TLS session of the commands reused for data."""

import ssl
from ftplib import FTP_TLS, error_proto, error_reply
from socket import socket
from typing import cast

from delivery.ftp.dialing import dial
from delivery.ftp.faults import Fault
from delivery.ftp.watch import Watch

FIRST_DATA_PORT = 1024
MAX_LINES = 200
"""Of one answer."""


class Client(FTP_TLS):
    """Opens its sockets by delivery.ftp.dialing, and reuses the TLS session of the control connection."""

    def __init__(self, watch: Watch) -> None:
        super().__init__(context=ssl.create_default_context())
        self._watch = watch
        self._lines = 0

    @property
    def peer(self) -> str:
        """The address that was connected to."""
        return str(cast(socket, self.sock).getpeername()[0])

    def open(self, host: str, port: int) -> None:
        """Connect and read the greeting."""
        self.host, self.port = host, port
        self.sock = dial(host, port, self._watch)
        self.af = self.sock.family
        self._read_from(self.sock)
        self.welcome = self.getresp()

    def auth(self) -> str:
        """TLS for the commands; certificate and name are checked."""
        answer = self.voidcmd("AUTH TLS")
        self.sock = self.context.wrap_socket(cast(socket, self.sock), server_hostname=self.host)
        self._read_from(self.sock)
        return answer

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[socket, int | None]:
        """A data connection to the host of the control connection, whatever address the server names."""
        _, port = self.makepasv()
        if port < FIRST_DATA_PORT:
            raise Fault("the server names a port for data that we do not connect to")
        connection = dial(self.peer, port, self._watch)
        try:
            answer = self.sendcmd(cmd)
            if answer[0] == "2":  # some servers say so before they say 150
                answer = self.getresp()
            if answer[0] != "1":
                raise error_reply(answer)
            if isinstance(self.sock, ssl.SSLSocket):
                connection = self.context.wrap_socket(
                    connection, server_hostname=self.host, session=self.sock.session
                )
        except BaseException:
            connection.close()
            raise
        return connection, None

    def getline(self) -> str:
        """A line of an answer, which may not have lines without end."""
        self._lines += 1
        if self._lines > MAX_LINES:
            raise error_proto("an answer without end")
        return super().getline()

    def getresp(self) -> str:
        self._lines = 0
        try:
            return super().getresp()
        finally:
            self._watch.moved()

    def _read_from(self, connection: socket) -> None:
        self.file = connection.makefile("r", encoding=self.encoding, errors="replace")
