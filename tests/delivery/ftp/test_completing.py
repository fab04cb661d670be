"""The three ways of completing a file, by each protocol, and what is there already."""

import pytest

from delivery.ftp.transport import FtpTransport
from delivery.outcome import Kind
from tests.delivery.ftp.place import CONTENT, MANIFEST, NAME, SUBSCRIPTION, Place, a_file, sent

WAYS = {"rename": {}, "marker": {f"{NAME}.ok": b""}, "direct": {}}
WHOLE = {NAME: CONTENT, f"{NAME}.json": MANIFEST}


@pytest.mark.parametrize(("complete", "more"), WAYS.items())
def test_the_file_and_its_manifest_lie_in_the_folder(
    place: Place, complete: str, more: dict[str, bytes]
) -> None:
    outcome = sent(place, complete=complete)

    assert (outcome.kind, outcome.detail) == (Kind.DELIVERED, "")
    assert place.there() == WHOLE | more


@pytest.mark.parametrize("complete", WAYS)
def test_an_empty_file_is_a_file(place: Place, complete: str) -> None:
    outcome = sent(place, file=a_file(b""), complete=complete)

    assert (outcome.kind, place.there()[NAME]) == (Kind.DELIVERED, b"")


@pytest.mark.parametrize("complete", WAYS)
def test_what_is_there_whole_is_not_sent_again(place: Place, complete: str) -> None:
    sent(place, complete=complete)
    place.trouble.seen.clear()

    outcome = sent(place, fence=8, complete=complete)

    assert outcome.kind is Kind.DELIVERED
    assert set(place.trouble.seen) == {"before stat", "after stat"}


@pytest.mark.parametrize("complete", WAYS)
@pytest.mark.parametrize("name", [NAME, f"{NAME}.json"])
def test_another_file_of_that_name_is_never_overwritten(place: Place, complete: str, name: str) -> None:
    longer = CONTENT + b"!"
    (place.folder / name).write_bytes(longer)

    outcome = sent(place, complete=complete)

    size = len(CONTENT if name == NAME else MANIFEST)
    told = f"another file of that name is there, of {len(longer)} bytes instead of {size}"
    assert (outcome.kind, outcome.detail) == (Kind.FAILED, told)
    assert place.there()[name] == longer
    assert f"{NAME}.ok" not in place.there()


@pytest.mark.parametrize("complete", ["marker", "direct"])
def test_a_shorter_file_is_our_own_try_that_was_cut(place: Place, complete: str) -> None:
    (place.folder / NAME).write_bytes(CONTENT[:1000])
    (place.folder / f"{NAME}.json").write_bytes(b"{")

    outcome = sent(place, complete=complete)

    assert (outcome.kind, place.there()) == (Kind.DELIVERED, WHOLE | WAYS[complete])


def test_a_shorter_file_is_somebody_elses_where_files_are_renamed(place: Place) -> None:
    (place.folder / NAME).write_bytes(b"theirs")

    outcome = sent(place)

    assert outcome.detail == f"another file of that name is there, of 6 bytes instead of {len(CONTENT)}"
    assert place.there() == {NAME: b"theirs"}


def test_a_file_that_appears_while_ours_is_uploaded_is_not_overwritten(place: Place) -> None:
    place.trouble.at["before write"] = lambda: place.put(NAME, b"theirs")

    outcome = sent(place)

    assert outcome.detail == f"another file of that name is there, of 6 bytes instead of {len(CONTENT)}"
    assert place.there()[NAME] == b"theirs"


def test_what_is_no_file_is_left_alone(sftp: Place) -> None:
    (sftp.folder / NAME).mkdir()

    outcomes = [sent(sftp, complete=complete).detail for complete in WAYS]

    assert outcomes == ["something of that name is there that is no file"] * 3


def test_parts_of_killed_tries_are_removed_and_no_others(place: Place) -> None:
    ours = [f".{NAME}.3.part", f".{NAME}.7.part", f".sales_x_{SUBSCRIPTION}_00000122_y.csv.json.6.part"]
    others = [f".{NAME}.8.part", ".sales_x_sub0000000000000000_00000001_y.csv.3.part", f".{NAME}.part", "a"]
    for name in ours + others:
        (place.folder / name).write_bytes(b"half")

    outcome = sent(place, fence=7)

    assert outcome.kind is Kind.DELIVERED
    assert place.there() == WHOLE | dict.fromkeys(others, b"half")


def test_two_subscriptions_share_a_folder(place: Place) -> None:
    other = NAME.replace(SUBSCRIPTION, "sub0000000000000000")

    outcomes = [sent(place), sent(place, file=a_file(b"other", other))]

    assert [outcome.kind for outcome in outcomes] == [Kind.DELIVERED] * 2
    assert place.there().keys() == {NAME, f"{NAME}.json", other, f"{other}.json"}


def test_the_way_to_the_folder_may_begin_where_the_login_leads(place: Place) -> None:
    for path in ("/~/in", "/in", "/in/"):
        place.path = path
        assert sent(place).kind is Kind.DELIVERED
    place.path = ""

    assert sent(place).kind is Kind.DELIVERED
    assert (place.folder.parent / NAME).read_bytes() == CONTENT


@pytest.mark.parametrize("complete", WAYS)
def test_nothing_is_done_once_it_may_not_go_on(place: Place, complete: str) -> None:
    """Asked before each step that others see: with the n-th answer no, nothing more appears."""
    count = 0
    while True:
        asked = iter([True] * count + [False] * 100)
        transport, facts = FtpTransport(), place.facts(complete=complete)
        place.trouble.seen.clear()
        outcome = transport.send(facts, a_file(), 7, lambda asked=asked: next(asked))  # type: ignore[misc]
        if outcome:
            break
        count += 1

    assert outcome.kind is Kind.DELIVERED
    assert count > {"rename": 6, "marker": 3, "direct": 2}[complete]
    assert place.there() == WHOLE | WAYS[complete]
