"""Uploads to Debian's own servers, as they are by default; skipped where they are not installed."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from delivery.ftp.transport import FtpTransport
from delivery.outcome import Kind
from tests.delivery.ftp.daemons import openssh, proftpd, vsftpd
from tests.delivery.ftp.place import CONTENT, MANIFEST, NAME, Place, sent
from tests.delivery.transport.certificates import Authority

SERVERS: dict[str, Callable[[Authority], AbstractContextManager[Place]]] = {
    "OpenSSH": lambda authority: openssh(),
    "vsftpd": vsftpd,
    "proftpd": proftpd,
    "proftpd by SFTP": lambda authority: proftpd(authority, by_ssh=True),
}
WHOLE = {NAME: CONTENT, f"{NAME}.json": MANIFEST}


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest, authority: Authority) -> Iterator[Place]:
    with SERVERS[request.param](authority) as place:
        yield place


def test_each_of_them_takes_files_and_keeps_what_is_there(server: Place) -> None:
    server.put(f".{NAME}.1.part", b"of a killed try")
    first = sent(server)
    again = sent(server, fence=8)
    in_the_folder = server.there()
    (server.folder / NAME).unlink()
    server.put(NAME, b"theirs")
    refused = sent(server, fence=9)

    assert (first.kind, first.detail, again.kind) == (Kind.DELIVERED, "", Kind.DELIVERED)
    assert in_the_folder == WHOLE
    assert refused.detail == f"another file of that name is there, of 6 bytes instead of {len(CONTENT)}"


def test_each_way_of_completing_and_a_test_work(server: Place) -> None:
    tried = FtpTransport().try_out(server.facts())
    marked = sent(server, complete="marker")
    direct = sent(server, complete="direct")
    server.path += "/nowhere"
    nowhere = sent(server)

    assert (tried.kind, tried.detail) == (Kind.DELIVERED, "")
    assert (marked.kind, direct.kind) == (Kind.DELIVERED, Kind.DELIVERED)
    assert server.there() == WHOLE | {f"{NAME}.ok": b""}
    assert nowhere.detail.startswith("the folder is not there")
