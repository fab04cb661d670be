"""A test: a `.part` written, renamed, deleted."""

import io

from delivery.ftp.faults import RENAMING, WRITING, Refused, fault_of
from delivery.ftp.server import Server

CONTENT = b"This is a test of a subscription. It may be deleted.\r\n"


def try_folder(server: Server, *, public_id: str, complete: str) -> str:
    """What is to be told of the success, if anything. Raises Fault.

    Its names are of the subscription, so that a test that was cut is cleaned up by the next one.
    """
    written, renamed = (f".test-{public_id}.{step}.part" for step in ("written", "renamed"))
    for name in (written, renamed):
        _deleted(server, name)
    try:
        server.write(written, io.BytesIO(CONTENT), lambda: None)
    except Refused as refused:
        raise fault_of(refused, WRITING) from None
    if complete != "rename":
        return _deleted(server, written)
    try:
        server.rename(written, renamed)
    except Refused as refused:
        _deleted(server, written)
        raise fault_of(refused, RENAMING) from None
    return _deleted(server, renamed)


def _deleted(server: Server, name: str) -> str:
    """A sentence where it is still there."""
    try:
        if server.size_of(name) is not None:
            server.delete(name)
    except Refused:
        return f"the server does not let us delete {name}"
    return ""
