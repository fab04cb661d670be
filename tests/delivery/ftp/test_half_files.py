"""Half a file is never seen under its final name, by somebody who looks every two milliseconds."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from delivery.outcome import Kind
from tests.delivery.ftp.place import CONTENT, MANIFEST, NAME, Place, sent

LOOK_SECONDS = 0.002


@contextmanager
def looking_at(folder: Path) -> Iterator[set[tuple[str, int]]]:
    """Names and sizes of the files that were seen, but for those that a reader does not take."""
    seen: set[tuple[str, int]] = set()
    over = threading.Event()

    def look() -> None:
        while not over.wait(LOOK_SECONDS):
            for path in folder.iterdir():
                if not path.name.startswith("."):
                    seen.add((path.name, path.stat().st_size))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join(5)


def test_a_reader_sees_whole_files_only_and_none_before_its_data(place: Place) -> None:
    place.trouble.at["after write"] = lambda: time.sleep(0.004)
    place.trouble.at["after rename"] = lambda: time.sleep(0.01)
    with looking_at(place.folder) as seen:
        outcome = sent(place)
        time.sleep(2 * LOOK_SECONDS + 0.01)

    assert outcome.kind is Kind.DELIVERED
    assert seen == {(NAME, len(CONTENT)), (f"{NAME}.json", len(MANIFEST))}


def test_the_marker_is_seen_after_both_are_whole(place: Place) -> None:
    at_the_end: list[dict[str, bytes]] = []

    def note() -> None:
        if f"{NAME}.ok" in place.there():
            at_the_end.append(place.there())

    place.trouble.at["after open"] = note
    sent(place, complete="marker")

    assert at_the_end == [{NAME: CONTENT, f"{NAME}.json": MANIFEST, f"{NAME}.ok": b""}]
