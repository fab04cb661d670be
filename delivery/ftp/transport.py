"""The transport `ftp`: frozen batches to the subscriber's own server, by sftp, ftps or ftp."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

from django.db import Error

from delivery.files.transport import File
from delivery.ftp import ftps, sftp
from delivery.ftp.faults import Fault, NotOurs
from delivery.ftp.hostkeys import Pin
from delivery.ftp.outcomes import delivered, outcome_of
from delivery.ftp.server import Server
from delivery.ftp.trying import try_folder
from delivery.ftp.uploading import Uploader, upload
from delivery.ftp.url import parse, schemes
from delivery.ftp.watch import Watch
from delivery.outcome import Outcome
from delivery.transport import Facts

MAX_SECONDS, MIN_BYTES_A_SECOND = 600, 20_000
"""A file that takes longer has its next try later: it holds a place that others wait for."""
TEST_SECONDS = 9.5
"""So that what happened is known when the 10 seconds of a test are over."""


class FtpTransport:
    """A delivery.files.transport.FileTransport."""

    def __init__(self) -> None:
        self._cleaned: dict[str, int] = {}

    def send(self, facts: Facts, file: File, fence: int, may_go_on: Callable[[], bool]) -> Outcome | None:
        """Upload the file and its manifest, and what completes them."""

        def ask() -> None:
            if not may_go_on():
                raise NotOurs

        def work(server: Server) -> str:
            uploader = Uploader(server, fence, ask)
            complete = facts.settings["complete"]
            if complete == "rename" and self._cleaned.get(facts.public_id) != fence:
                uploader.clean(facts.public_id)
                self._cleaned[facts.public_id] = fence
            upload(uploader, file, complete)
            return ""

        total = MAX_SECONDS + file.size / MIN_BYTES_A_SECOND
        return _result(facts, Watch(total=total), work)

    def try_out(self, facts: Facts) -> Outcome:
        """A `.part` written, renamed where the way of completing renames, and deleted."""
        work = partial(try_folder, public_id=facts.public_id, complete=facts.settings["complete"])
        outcome = _result(facts, Watch(total=TEST_SECONDS), work)
        assert outcome is not None  # noqa: S101 - nobody asks whether a test may go on
        return outcome


def _result(facts: Facts, watch: Watch, work: Callable[[Server], str]) -> Outcome | None:
    """What comes of `work` with a connection; it returns what is to be told of a success, if anything."""
    pin, peer = Pin(facts.settings.get("hostKey")), ""
    try:
        with watch, _connected(facts, pin, watch) as server:
            peer = server.peer
            return delivered(watch, work(server), pin)
    except NotOurs:
        return None
    except Error:  # of our own database, from which the file is read
        raise
    except Exception as error:  # whatever a hostile server makes the libraries raise
        return outcome_of(error, watch, facts, pin, peer)


def _connected(facts: Facts, pin: Pin, watch: Watch) -> AbstractContextManager[Server]:
    url = parse(facts.settings["url"])
    if url.scheme not in schemes():
        raise Fault("the operators do not allow ftp:// any more; use ftps or sftp")
    if url.scheme == "sftp":
        return sftp.connected(url, facts.secrets, pin, watch)
    return ftps.connected(url, facts.secrets, watch)
