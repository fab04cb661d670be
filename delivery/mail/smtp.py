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


class _Ending:
    """A session that is cut after a while, whatever the server does."""

    sock: socket.socket | None

    def __init__(self, *args: Any, seconds: float, **kwargs: Any) -> None:
        self._timer = Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()
        try:
            super().__init__(*args, **kwargs)
        except BaseException:
            self._timer.cancel()
            raise

    def _cut(self) -> None:
        with suppress(OSError, AttributeError):  # AttributeError: it ends by itself just now
            self.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]  # as above

    def close(self) -> None:
        self._timer.cancel()
        super().close()  # type: ignore[misc]  # smtplib's


class _Plain(_Ending, smtplib.SMTP):
    pass


class _Encrypted(_Ending, smtplib.SMTP_SSL):
    pass


class Backend(EmailBackend):
    """The backend `smtp+tls`, `smtps` and `smtp` of EMAIL_URL. `seconds` is for all of a mail."""

    def __init__(self, *, seconds: float = SECONDS, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.timeout = int(min(STEP_SECONDS, seconds))
        self.seconds = seconds

    @property
    def connection_class(self) -> Any:
        """Makes the session that Django uses."""
        session = _Encrypted if self.use_ssl else _Plain

        def connect(*args: Any, **kwargs: Any) -> smtplib.SMTP:
            return session(*args, seconds=self.seconds, **kwargs)

        return connect
