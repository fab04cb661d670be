"""Servers that most tests of this room send to."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.delivery.ftp.ftp_server import ftp_server
from tests.delivery.ftp.place import Place
from tests.delivery.ftp.sftp_server import sftp_server
from tests.delivery.transport.certificates import Authority


@pytest.fixture(autouse=True)
def opened(settings: Settings) -> None:
    settings.DELIVERY_NETWORKS = ["127.0.0.0/8", "::1/128"]
    settings.DELIVERY_ALLOW = ["ftp"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root" / "in").mkdir(parents=True)
    return tmp_path / "root"


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """An authority that the transport trusts, as an operator makes one trusted."""
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.file))
    return made


@pytest.fixture
def sftp(root: Path) -> Iterator[Place]:
    with sftp_server(root) as place:
        yield place


@pytest.fixture
def ftps(root: Path, authority: Authority) -> Iterator[Place]:
    with ftp_server(root, _certificate(authority)) as place:
        place.host = "localhost"
        yield place


@pytest.fixture
def ftp(root: Path) -> Iterator[Place]:
    with ftp_server(root) as place:
        yield place


@pytest.fixture(params=["sftp", "ftps", "ftp"])
def place(request: pytest.FixtureRequest) -> Place:
    """Each of the three."""
    found: Place = request.getfixturevalue(request.param)
    return found


def _certificate(authority: Authority) -> Path:
    authority.server("localhost")
    return authority.folder / "server.pem"
