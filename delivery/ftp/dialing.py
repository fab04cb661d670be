"""The only way to a subscriber's server: guarded, for control and for data connections alike."""

import socket
import time
from concurrent.futures import Future
from threading import Thread
from typing import Any

from delivery import guard, names
from delivery.ftp.faults import Fault
from delivery.ftp.watch import CONNECT_SECONDS, Watch
from delivery.outcome import Kind

MAX_ADDRESSES = 8


def dial(host: str, port: int, watch: Watch) -> socket.socket:
    """A connection to the first address of this host that we may connect to and that takes it.

    Raises Fault. Names are looked up and connections made within ten seconds, of which every address that is
    left gets an equal part.
    """
    end = time.monotonic() + CONNECT_SECONDS
    reason, error = "", None
    found = _look_up(host, port, watch)[:MAX_ADDRESSES]
    for number, (family, kind, protocol, _, address) in enumerate(found):
        if refused := guard.why_not(address[0]):
            reason = refused
            continue
        seconds = watch.left(max(0.001, end - time.monotonic()) / (len(found) - number))
        try:
            return _connected(socket.socket(family, kind, protocol), address, seconds, watch)
        except OSError as failed:
            error = failed
    if error is None:
        raise Fault(f"address refused: {reason}", kind=Kind.BLOCKED)
    if isinstance(error, TimeoutError):
        raise Fault("no connection in time")
    raise Fault(f"cannot connect: {error.strerror or 'no connection'}")


def _connected(opened: socket.socket, address: Any, seconds: float, watch: Watch) -> socket.socket:
    try:
        opened.settimeout(seconds)
        opened.connect(address)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.settimeout(None)  # from now on it is watched
        watch.keep(opened)
    except OSError:
        opened.close()
        raise
    return opened


def _look_up(host: str, port: int, watch: Watch) -> list[Any]:
    """What the system says about a name; a name server that is silent is left behind in its thread."""
    found: Future[list[Any]] = Future()

    def work() -> None:
        try:
            found.set_result(names.look_up(host, port, socket.AF_UNSPEC))
        except (OSError, UnicodeError) as error:
            found.set_exception(error)

    Thread(target=work, name="look-up of a name", daemon=True).start()
    try:
        return found.result(watch.left(CONNECT_SECONDS))
    except (OSError, UnicodeError) as error:
        if isinstance(error, TimeoutError):
            raise Fault("no answer about the name in time") from None
        raise Fault("the name is not known") from None
