"""Django's mail over SMTP, with an end: a server that drips one byte a second is cut off, too."""

import smtplib
import socket
from contextlib import suppress
from threading import Timer
from typing import Any

from django.core.mail.backends.smtp import EmailBackend

SECONDS = 60.0
"""For one mail, from connecting to the answer after its last byte."""
STEP_SECONDS = 30.0
"""For connecting, and for each answer of the server."""


class _Ending(smtplib.SMTP):
    """A session that is cut after a while, whatever the server does, in the middle of a TLS handshake too."""

    _is_over = False
    _connection: socket.socket | None = None
    """Another handle of the connection, which stays good when smtplib puts TLS on its own."""

    def __init__(self, *args: Any, seconds: float, **kwargs: Any) -> None:
        self._timer = Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()
        try:
            super().__init__(*args, **kwargs)
        except BaseException:
            self.close()
            raise

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """smtplib's seam for a connection of one's own making."""
        made: socket.socket = smtplib.SMTP._get_socket(self, host, port, timeout)  # type: ignore[attr-defined]  # see above
        self._connection = made.dup()
        if self._is_over:  # it took so long to connect
            made.close()
            raise TimeoutError
        return made

    def _cut(self) -> None:
        self._is_over = True
        with suppress(OSError, AttributeError):  # AttributeError: there is no connection, or no more
            self._connection.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]  # as above

    def close(self) -> None:
        self._timer.cancel()
        if self._connection:
            self._connection.close()
        super().close()


class _Encrypted(_Ending, smtplib.SMTP_SSL):
    """With TLS from the first byte."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        made = super()._get_socket(host, port, timeout)
        return self.context.wrap_socket(made, server_hostname=host)


class Backend(EmailBackend):
    """The backend `smtp+tls`, `smtps` and `smtp` of EMAIL_URL. `seconds` is for all of a mail."""

    def __init__(self, *, seconds: float = SECONDS, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.timeout = int(min(STEP_SECONDS, seconds))
        self.seconds = seconds

    def open(self) -> bool | None:
        """As Django's, which leaves a session open where TLS or the login failed."""
        try:
            return super().open()
        except BaseException:
            session: smtplib.SMTP | None = self._partial_connection  # type: ignore[attr-defined]  # missing there
            if session is not None:
                session.close()
            raise

    @property
    def connection_class(self) -> Any:
        """Makes the session that Django uses."""
        session = _Encrypted if self.use_ssl else _Ending

        def connect(*args: Any, **kwargs: Any) -> smtplib.SMTP:
            return session(*args, seconds=self.seconds, **kwargs)

        return connect
