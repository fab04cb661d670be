"""The host's key: pinned by the subscriber, or the first that is seen."""

from pathlib import Path

import asyncssh
import pytest

from delivery.ftp import hostkeys, keys
from delivery.ftp import sftp as sftp_client
from delivery.outcome import Kind
from tests.delivery.ftp.place import NAME, Place, sent
from tests.delivery.ftp.sftp_server import HOST_KEY, sftp_server

OTHER = "SHA256:" + "A" * 43


@pytest.fixture(autouse=True)
def nothing_known() -> None:
    hostkeys._kinds.clear()


def test_another_host_key_disables_before_the_password_is_told(sftp: Place) -> None:
    sftp.login.validate_password = lambda *asked: pytest.fail("it was told")

    outcome = sent(sftp, hostKey=OTHER)

    assert (outcome.kind, outcome.disables) == (Kind.FAILED, "HOST_KEY_CHANGED")
    assert outcome.detail == f"the host key is {HOST_KEY.get_fingerprint()}, which is not the pinned one"
    assert (outcome.learned, sftp.there()) == ({}, {})


def test_a_server_has_several_keys_and_any_of_them_may_be_pinned(root: Path) -> None:
    kept = [
        HOST_KEY,
        asyncssh.generate_private_key("ecdsa-sha2-nistp256"),
        asyncssh.generate_private_key("ssh-rsa", key_size=2048),
    ]
    with sftp_server(root, server_host_keys=kept) as place:
        for key in kept:
            assert sent(place, hostKey=key.get_fingerprint()).kind is Kind.DELIVERED
        before = len(place.login.connections)
        again = sent(place, hostKey=kept[2].get_fingerprint())
        needed = len(place.login.connections) - before
        other = sent(place, hostKey=OTHER)

    assert (again.kind, needed) == (Kind.DELIVERED, 1)  # which kind it is was remembered
    assert other.disables == "HOST_KEY_CHANGED"


def test_the_first_key_that_is_seen_is_learned_even_where_the_login_fails(sftp: Place) -> None:
    sftp.secrets = {"password": "wrong"}

    outcome = sent(sftp, hostKey=None)

    assert outcome.detail == "the server does not accept the password of this user"
    assert outcome.learned == {"hostKey": HOST_KEY.get_fingerprint()}


def test_a_pinned_key_is_not_learned_again(sftp: Place) -> None:
    assert sent(sftp).learned == {}


def test_the_generated_key_opens_the_server_that_has_its_line(sftp: Place) -> None:
    key = keys.generate()
    sftp.secrets = {"key": key}
    refused = sent(sftp)
    sftp.login.keys.append(keys.public_of(key, "sub1"))

    outcome = sent(sftp)

    assert refused.detail == "the server does not accept the key of this user"
    assert (outcome.kind, NAME in sftp.there()) == (Kind.DELIVERED, True)


def test_a_server_that_takes_no_passwords_says_what_it_wants(sftp: Place) -> None:
    sftp.login.password_auth_supported = lambda *asked: False

    outcome = sent(sftp)

    assert outcome.detail == "the server takes no password: it wants publickey"


@pytest.mark.parametrize("kinds", [["publickey", "secret of the network"], ["secret of the network"]])
def test_what_a_server_writes_as_a_way_to_log_in_is_no_part_of_a_sentence(kinds: list[str]) -> None:
    assert sftp_client._known(kinds) in ("publickey", "something else")


def test_a_server_with_none_but_old_algorithms_fails(root: Path) -> None:
    with sftp_server(root, encryption_algs=["3des-cbc"]) as place:
        outcome = sent(place)

    told = "the server offers only keys or ciphers that are not safe any more: its SSH is too old"
    assert (outcome.kind, outcome.detail, outcome.disables) == (Kind.FAILED, told, "")


def test_a_server_without_sftp_says_so(root: Path) -> None:
    with sftp_server(root, sftp_factory=None) as place:
        outcome = sent(place)

    assert outcome.detail == "the server lets us in, but offers no SFTP"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SHA256:",
        "MD5:16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48",
        "SHA256:" + "A" * 42,
        "SHA256:" + "A" * 42 + "B",  # bits beyond the 32 bytes
        "SHA256:" + "A" * 44,
        "SHA256:" + "A" * 42 + "!",
        "sha256:" + "A" * 43,
        "SHA256:" + "A" * 43 + "\n",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI",
    ],
)
def test_a_fingerprint_that_is_none_is_refused(text: str) -> None:
    assert keys.fingerprint_of(text) is None


def test_a_fingerprint_is_taken_as_tools_write_it() -> None:
    assert keys.fingerprint_of(OTHER) == keys.fingerprint_of(f"{OTHER}=") == OTHER
