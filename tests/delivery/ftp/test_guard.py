"""Where we connect to, for commands and for data: looked at when the connection is made."""

import socket
from pathlib import Path
from typing import Any

import pytest
from pyftpdlib.handlers import FTPHandler
from pytest_django import Settings

from delivery import guard, names
from delivery.ftp import ftp_client
from delivery.outcome import Kind
from tests.delivery.ftp.ftp_server import ftp_server
from tests.delivery.ftp.place import Place, sent

NOT_PUBLIC = "address refused: not a public address"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "127.1"])
def test_our_own_address_is_refused_however_it_is_written(
    place: Place, settings: Settings, host: str
) -> None:
    settings.DELIVERY_NETWORKS = []
    place.host = host

    outcome = sent(place)

    assert (outcome.kind, outcome.detail) == (Kind.BLOCKED, NOT_PUBLIC)
    assert place.trouble.seen == []


def answering(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
    """Have the system say these addresses, one list for each look-up, the last one ever after."""
    left = list(answers)

    def look_up(host: str, port: int, family: int) -> list[Any]:
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, port)) for text in found]

    monkeypatch.setattr(names, "look_up", look_up)


def test_a_name_that_changes_its_mind_is_refused(
    place: Place, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DELIVERY_NETWORKS = ["127.0.0.1/32"]
    answering(monkeypatch, ["127.0.0.2"])
    place.host = "ftp.shop.example"

    outcome = sent(place)

    assert (outcome.kind, outcome.detail) == (Kind.BLOCKED, NOT_PUBLIC)


def test_of_several_addresses_the_first_that_answers_and_is_public_is_taken(
    sftp: Place, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DELIVERY_NETWORKS = ["127.0.0.1/32", "127.0.0.3/32"]
    answering(monkeypatch, ["10.0.0.1", "127.0.0.3", "127.0.0.1"])
    sftp.host = "ftp.shop.example"

    assert sent(sftp).kind is Kind.DELIVERED


def test_a_private_address_for_data_is_ignored(ftp: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """As from a server behind NAT, or one that wants us to connect to somebody else."""
    monkeypatch.setattr(FTPHandler, "masquerade_address", "10.1.2.3")

    assert sent(ftp).kind is Kind.DELIVERED


def test_the_address_of_the_data_connection_is_looked_at_too(
    ftp: Place, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(client: Any) -> tuple[str, int]:
        settings.DELIVERY_NETWORKS = []
        return "8.8.8.8", 50_000

    monkeypatch.setattr(ftp_client.Client, "makepasv", closed)

    outcome = sent(ftp)

    assert (outcome.kind, outcome.detail) == (Kind.BLOCKED, NOT_PUBLIC)
    assert ftp.there() == {}


def test_data_go_to_no_port_of_a_service(ftp: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ftp_client.Client, "makepasv", lambda client: ("127.0.0.1", 25))

    outcome = sent(ftp)

    assert outcome.detail == "the server names a port for data that we do not connect to"


def test_data_go_by_ipv6_where_commands_do(root: Path, settings: Settings) -> None:
    if not socket.has_dualstack_ipv6():
        pytest.skip("no IPv6 here")
    with ftp_server(root, host="::1") as place:
        place.host = "[::1]"
        delivered = sent(place)
        settings.DELIVERY_NETWORKS = []
        refused = sent(place)

    assert (delivered.kind, refused.kind) == (Kind.DELIVERED, Kind.BLOCKED)


def test_what_servers_of_opened_networks_say_is_shown_to_nobody(ftp: Place) -> None:
    ftp.path = "/out"

    outcome = sent(ftp)

    assert (outcome.status, outcome.answer) == (550, "")


def test_what_others_say_is_shown_but_for_the_password(ftp: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "is_opened", lambda host: False)
    monkeypatch.setattr(
        FTPHandler, "ftp_SIZE", lambda self, path: self.respond(f"451 Not now\t, {self.password}")
    )

    outcome = sent(ftp)

    assert (outcome.status, outcome.answer) == (451, "Not now, ***")
    assert outcome.detail == "the server does not tell whether the file is there"
