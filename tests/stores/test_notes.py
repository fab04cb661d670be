"""Notes, in Redis and in rows of a table."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.conf import settings
from django.db import connections
from pytest_django import Settings

from stores.notes import Away, Content, Notes
from stores.redis_notes import RedisNotes
from stores.row_notes import RowNotes
from stores.shared import shared


@pytest.fixture(params=["redis", "rows"])
def notes(request: pytest.FixtureRequest, db: None) -> Notes:
    return RedisNotes(settings.NOTES_URL) if request.param == "redis" else RowNotes()


def counting(amount: int) -> Callable[[str, Content], Content]:
    """A change that adds to what a note counts."""
    return lambda name, content: {"name": name, "count": content.get("count", 0) + amount}


def test_a_note_is_changed_from_what_it_holds(notes: Notes) -> None:
    notes.change(["a", "b"], counting(2), seconds=60)
    notes.change(["b", "c"], counting(3), seconds=60)

    assert notes.read(["c", "a", "unknown", "b"]) == {
        "a": {"name": "a", "count": 2},
        "b": {"name": "b", "count": 5},
        "c": {"name": "c", "count": 3},
    }


def test_nothing_is_read_without_asking(notes: Notes) -> None:
    assert notes.read([]) == {}


def test_notes_are_found_by_how_their_names_begin(notes: Notes) -> None:
    notes.change(["polls/12/channel/ศูนย์", "polls/1/channel/a", "minutes/1"], counting(1), seconds=60)

    assert notes.names("polls/") == ["polls/1/channel/a", "polls/12/channel/ศูนย์"]
    assert notes.names("polls/1/") == ["polls/1/channel/a"]


def test_a_note_ends(db: None) -> None:
    notes = RowNotes()
    with time_machine.travel("2026-11-23T10:00:00Z", tick=False) as clock:
        notes.change(["a"], counting(1), seconds=60)
        clock.shift(61)

        assert (notes.read(["a"]), notes.names("")) == ({}, [])

        notes.change(["a"], counting(1), seconds=60)

        assert notes.read(["a"]) == {"a": {"name": "a", "count": 1}}


def test_a_note_in_redis_ends_by_itself_and_leaves_the_index() -> None:
    notes = RedisNotes(settings.NOTES_URL)
    notes.change(["a"], counting(1), seconds=60)

    assert 0 < notes._redis.ttl("acommerce:notes:a") <= 60
    with time_machine.travel("2100-01-01T00:00:00Z", tick=False):
        assert notes.names("") == []
        notes.change(["b"], counting(1), seconds=60)
        assert notes.names("") == ["b"]
    assert notes._redis.zcard("acommerce:notes") == 1


def test_what_several_change_at_once_is_changed_by_all() -> None:
    def change(number: int) -> None:
        for _ in range(20):
            RedisNotes(settings.NOTES_URL).change(["shared", f"own{number}"], counting(1), seconds=60)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(change, range(8)))

    assert shared().read(["shared"]) == {"shared": {"name": "shared", "count": 160}}


@pytest.mark.usefixtures("committed")
def test_rows_that_several_change_at_once_are_changed_by_all() -> None:
    RowNotes().change(["shared"], counting(0), seconds=60)

    def change(number: int) -> None:
        RowNotes().change(["shared"], counting(1), seconds=60)
        connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(change, range(12)))

    assert RowNotes().read(["shared"]) == {"shared": {"name": "shared", "count": 12}}


def test_a_redis_that_is_away_is_said_to_be_and_not_asked_again_at_once(settings: Settings) -> None:
    settings.NOTES_URL = "redis://127.0.0.1:2/0"

    with pytest.raises(Away, match="ConnectionError"):
        shared().read(["a"])
    with pytest.raises(Away, match="it did not answer a moment ago"):
        shared().names("a")
    with pytest.raises(Away):
        shared().change(["a"], counting(1), seconds=1)
