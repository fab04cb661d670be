"""What is told when something is wrong, in a sentence that says what to do."""

import errno
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from pytest_django import Settings

from delivery import names
from delivery.ftp import dialing, transport, watch
from delivery.outcome import Kind, Outcome
from tests.delivery.ftp.place import CONTENT, NAME, PASSWORD, Place, a_file, sent
from tests.delivery.ftp.trouble import cut, refuse


def test_a_server_that_is_away_fails(place: Place) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        place.port = free.getsockname()[1]

    outcome = sent(place)

    assert (outcome.kind, outcome.detail) == (Kind.FAILED, "cannot connect: Connection refused")


def test_a_wrong_password_fails_and_is_tried_again_as_a_failing_receiver(place: Place) -> None:
    place.secrets = {"password": "of somebody else"}

    outcome = sent(place)

    assert (outcome.kind, outcome.detail, outcome.disables) == (Kind.FAILED, WRONG, "")


def test_a_folder_that_is_not_there_fails(place: Place) -> None:
    place.path = "/out"

    outcome = sent(place)

    told = "the folder is not there" + ("" if place.scheme == "sftp" else ", or closed to this user")
    assert (outcome.kind, outcome.detail) == (Kind.FAILED, told)


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("moment", ["before open", "before write"])
def test_a_server_that_is_full_fails_and_goes_on_when_there_is_room(
    place: Place, error: int, moment: str
) -> None:
    place.trouble.at[moment] = refuse(error)
    outcome = sent(place)
    place.trouble.at.clear()

    assert (outcome.kind, outcome.detail) == (Kind.FAILED, "the disk or the quota of the server is full")
    assert NAME not in place.there()
    assert sent(place).kind is Kind.DELIVERED


def test_a_server_that_takes_no_files_fails(place: Place) -> None:
    place.trouble.at["before open"] = refuse(errno.EACCES)

    outcome = sent(place)

    told = "the server does not let us write files into the folder"
    assert (outcome.kind, outcome.detail) == (Kind.FAILED, told)


def test_a_server_that_refuses_to_rename_fails_and_says_what_to_do(place: Place) -> None:
    place.trouble.at["before rename"] = refuse(errno.EACCES)

    outcome = sent(place)

    told = "the server does not let us rename files: use complete marker or direct"
    assert (outcome.kind, outcome.detail) == (Kind.FAILED, told)
    assert NAME not in place.there()


def test_a_server_that_loses_bytes_fails(place: Place) -> None:
    def lose() -> None:
        (part,) = place.folder.iterdir()
        part.write_bytes(CONTENT[:5])

    place.trouble.at["before stat"] = lambda: lose() if any(place.folder.iterdir()) else None

    outcome = sent(place)

    told = f"of {len(CONTENT)} bytes that were uploaded the server holds 5"
    assert (outcome.kind, outcome.detail) == (Kind.FAILED, told)


@pytest.mark.parametrize("moment", ["before write", "after write", "after open"])
def test_a_server_that_closes_the_connection_fails(place: Place, moment: str) -> None:
    place.trouble.at[moment] = cut

    outcome = sent(place)

    assert (outcome.kind, outcome.detail) == (Kind.FAILED, "the connection ended")
    assert NAME not in place.there()


@contextmanager
def raw_server(*parts: bytes, every: float = 0.0) -> Iterator[int]:
    """The port of a server that says these parts, the last one for ever, and reads nothing."""
    over = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            for part in parts:
                connection.sendall(part)
            while not over.wait(every or None):
                connection.sendall(parts[-1])

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        over.set()
        thread.join(5)


@pytest.mark.parametrize("every", [0.0, 0.01])
def test_a_black_hole_and_one_that_drips_end_when_nothing_has_come_of_it(
    place: Place, monkeypatch: pytest.MonkeyPatch, every: float
) -> None:
    monkeypatch.setattr(transport, "Watch", lambda **total: watch.Watch(0.5))
    with raw_server(b"2", every=every) as port:
        place.port = port
        began = time.monotonic()
        outcome = sent(place)

    assert (outcome.kind, outcome.detail) == (Kind.FAILED, "no progress for 0.5 s")
    assert 0.4 < time.monotonic() - began < 3


HTTP = b"HTTP/1.1 400 Bad Request\r\n\r\n" * 100
WRONG = "the server does not accept the password of this user"
NO_FTP = "the server did not answer as FTP servers do"


@pytest.mark.parametrize(
    ("scheme", "says", "told"),
    [
        ("sftp", HTTP, "the server did not answer as SSH servers do"),
        ("ftp", HTTP, NO_FTP),
        ("ftp", b"220-an answer\r\n" * 10_000, NO_FTP),
        ("ftp", b"220 " + b"x" * 100_000, NO_FTP),
        ("ftp", b"999 what\r\n", NO_FTP),
        ("ftp", b"421 Too many users\r\n", "the server takes no more connections now"),
        (
            "ftp",
            "220 Grüße\r\n530 Nein\r\n".encode("latin-1"),
            "the server does not accept the password of this user",
        ),
    ],
)
def test_a_server_of_another_kind_fails(
    request: pytest.FixtureRequest, scheme: str, says: bytes, told: str
) -> None:
    place: Place = request.getfixturevalue(scheme)
    with raw_server(says) as port:
        place.port = port
        outcome = sent(place)

    assert (outcome.kind, outcome.detail) == (Kind.FAILED, told)


def test_a_test_ends_in_time(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "TEST_SECONDS", 0.5)
    with raw_server(b"2", every=0.01) as port:
        place.port = port
        outcome = transport.FtpTransport().try_out(place.facts())

    assert (outcome.kind, outcome.detail) == (Kind.FAILED, "no end within 0.5 s")


@pytest.mark.parametrize("complete", ["rename", "marker"])
def test_a_test_that_may_not_delete_says_what_it_leaves(place: Place, complete: str) -> None:
    place.trouble.at["before remove"] = refuse(errno.EACCES)

    outcome = transport.FtpTransport().try_out(place.facts(complete=complete))

    (left,) = place.there()
    assert (outcome.kind, outcome.detail) == (Kind.DELIVERED, f"the server does not let us delete {left}")
    assert left.startswith(".test-sub")


def test_a_test_says_that_renaming_is_refused(place: Place) -> None:
    place.trouble.at["before rename"] = refuse(errno.EACCES)

    outcome = transport.FtpTransport().try_out(place.facts())

    told = "the server does not let us rename files: use complete marker or direct"
    assert (outcome.kind, outcome.detail, place.there()) == (Kind.FAILED, told, {})


def test_a_server_that_stops_in_the_middle_ends(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "Watch", lambda **total: watch.Watch(0.5))
    place.trouble.at["before write"] = lambda: time.sleep(1)
    large = CONTENT * 40  # more than the buffers between us hold

    outcome = sent(place, file=a_file(large))

    assert (outcome.kind, outcome.detail) == (Kind.FAILED, "no progress for 0.5 s")
    assert NAME not in place.there()


def test_a_name_that_is_not_known_fails(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*asked: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(names, "look_up", unknown)

    outcome = sent(place)

    assert (outcome.kind, outcome.detail) == (Kind.FAILED, "the name is not known")


def test_a_name_server_that_is_silent_is_left_behind(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    monkeypatch.setattr(names, "look_up", lambda *asked: released.wait(5))
    monkeypatch.setattr(dialing, "CONNECT_SECONDS", 0.2)
    began = time.monotonic()

    outcome = sent(place)

    released.set()
    assert (outcome.kind, outcome.detail) == (Kind.FAILED, "no answer about the name in time")
    assert time.monotonic() - began < 2


def test_ftp_ends_when_the_operators_do_not_allow_it_any_more(ftp: Place, settings: Settings) -> None:
    settings.DELIVERY_ALLOW = []

    outcome = sent(ftp)

    assert outcome.detail == "the operators do not allow ftp:// any more; use ftps or sftp"


def shown(outcome: Outcome) -> str:
    return str(replace(outcome))


@pytest.mark.parametrize("path", ["/secret-folder", "/in"])
def test_no_detail_and_no_log_holds_password_or_folder(
    place: Place, path: str, caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    settings.DELIVERY_NETWORKS = ["127.0.0.0/8"]
    caplog.set_level("DEBUG", logger="delivery")
    place.path = path
    place.trouble.at["before open"] = refuse(errno.EACCES)
    outcomes = [sent(place)]
    place.secrets = {"password": f"{PASSWORD} wrong"}
    outcomes.append(sent(place))

    ours = "".join(record.getMessage() for record in caplog.records if record.name.startswith("delivery"))
    text = "".join(map(shown, outcomes)) + ours
    assert all(outcome.kind is Kind.FAILED for outcome in outcomes)
    assert PASSWORD not in text
    assert "secret-folder" not in text
