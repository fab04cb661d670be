"""Killed between any two steps: the next try finishes, with one file of the same bytes."""

import errno
from typing import Any

import pytest

from delivery.outcome import Kind
from tests.delivery.ftp.place import CONTENT, MANIFEST, NAME, Place, sent
from tests.delivery.ftp.trouble import cut, refuse

WAYS: dict[str, dict[str, bytes]] = {"rename": {}, "marker": {f"{NAME}.ok": b""}, "direct": {}}
WHOLE = {NAME: CONTENT, f"{NAME}.json": MANIFEST}


@pytest.mark.parametrize("complete", WAYS)
def test_the_connection_is_cut_at_every_moment_and_the_next_try_finishes(place: Place, complete: str) -> None:
    moment, was_cut = 0, True
    while was_cut:
        for path in place.folder.iterdir():
            path.unlink()
        place.trouble.cut_after = moment
        first = sent(place, fence=7, complete=complete)
        was_cut = place.trouble.cut_after is None
        place.trouble.cut_after = None
        if was_cut:
            assert (first.kind, first.detail) in CUT
        half = place.there().get(NAME, b"")
        assert half == CONTENT or len(half) < (1 if complete == "rename" else len(CONTENT))

        second = sent(place, fence=8, complete=complete)

        assert (moment, second.kind, second.detail) == (moment, Kind.DELIVERED, "")
        assert (moment, place.there()) == (moment, WHOLE | WAYS[complete])
        moment += 1

    assert moment > {"rename": 16, "marker": 14, "direct": 10}[complete]


CUT = [(Kind.FAILED, "the connection ended"), (Kind.DELIVERED, "")]
"""What an answer that was lost looks like; of a step whose failure means nothing we go on without it."""


def lose_an_answer(place: Place, moment: str) -> None:
    """The second try finds the file of the first, whose answer was lost."""
    place.trouble.at[moment] = cut
    first = sent(place, fence=7)
    written = (place.folder / NAME).stat()
    place.trouble.at.clear()

    second = sent(place, fence=8)

    assert (first.detail, second.kind) == ("the connection ended", Kind.DELIVERED)
    assert (place.folder / NAME).stat() == written
    assert place.there() == WHOLE


def test_the_answer_to_the_rename_is_lost(place: Place) -> None:
    lose_an_answer(place, "after rename")


def test_the_answer_to_the_other_rename_is_lost_where_a_server_has_only_that(sftp: Place) -> None:
    sftp.trouble.at["before rename"] = refuse(errno.EOPNOTSUPP)

    lose_an_answer(sftp, "after posix_rename")


def test_every_try_sends_the_same_bytes(place: Place) -> None:
    seen: list[Any] = []

    def note() -> None:
        seen.append({name: content for name, content in place.there().items() if name.endswith(".part")})
        cut()

    place.trouble.at["before rename"] = note
    for fence in (1, 2, 3):
        sent(place, fence=fence)

    assert seen == [{f".{NAME}.{fence}.part": CONTENT} for fence in (1, 2, 3)]
