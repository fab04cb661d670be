"""Publishing without end: a source that stays open is published while it is open (contract, section 8)."""

import threading
import time
from collections.abc import Iterator
from queue import SimpleQueue

import pytest

from orders.models import SalesOrder
from orders.publishing import ingest
from orders.publishing.events import Line
from orders.publishing.stream import MAX_WAIT_SECONDS
from testbed.events import Fields, event, new_orders
from tests.published import history

pytestmark = [pytest.mark.wire, pytest.mark.django_db]

TIMEOUT = 5  # seconds; much more than anything here takes


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + TIMEOUT
    while (left := set(threading.enumerate()) - before) and time.monotonic() < deadline:
        time.sleep(0.01)

    assert not left


def test_what_a_source_gave_is_visible_before_it_gives_more() -> None:
    seen = SimpleQueue[int]()

    def lines() -> Iterator[Fields]:
        for number, line in enumerate(new_orders(3)):
            yield line
            assert seen.get(timeout=TIMEOUT) == number + 1

    found = ingest.publish(lines(), on_progress=lambda so_far: seen.put(SalesOrder.objects.count()))

    assert found == ingest.Summary(published=3)


def test_a_line_waits_for_others_but_not_longer_than_promised() -> None:
    waited = SimpleQueue[float]()
    published = threading.Event()

    def lines() -> Iterator[Fields]:
        started = time.monotonic()
        yield from new_orders(7)
        published.wait(TIMEOUT)
        waited.put(time.monotonic() - started)

    batches: list[int] = []

    def told(so_far: ingest.Summary) -> None:
        batches.append(so_far.total)
        published.set()

    ingest.publish(lines(), on_progress=told)

    assert batches == [7]
    assert MAX_WAIT_SECONDS <= waited.get() < TIMEOUT


def test_batches_are_full_when_lines_come_thick() -> None:
    sizes = [0]

    ingest.publish(iter(new_orders(25)), batch_size=10, on_progress=lambda so_far: sizes.append(so_far.total))

    assert sizes == [0, 10, 20, 25]


@pytest.mark.parametrize("max_wait", [0.05, None])
def test_what_the_source_raises_is_raised_when_all_before_it_is_published(max_wait: float | None) -> None:
    def lines() -> Iterator[Fields]:
        yield event(eventId="a")
        yield event(eventId="b")
        raise LookupError("the platform is gone")

    with pytest.raises(LookupError, match="the platform is gone"):
        ingest.publish(lines(), max_wait=max_wait)

    assert history() == ["a", "b"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_a_failure_while_publishing_ends_the_reading(error: type[BaseException]) -> None:
    given: list[int] = []

    def lines() -> Iterator[Fields]:
        for number in range(100_000):
            given.append(number)
            yield event()

    def fail(so_far: ingest.Summary) -> None:
        raise error

    with pytest.raises(error):
        ingest.publish(lines(), batch_size=10, on_progress=fail)

    assert len(given) <= 31


def test_a_source_is_read_no_more_than_a_batch_ahead() -> None:
    given: list[int] = []
    ahead: list[int] = []

    def lines() -> Iterator[bytes]:
        for number in range(100):
            given.append(number)
            yield b"nonsense"

    def told(so_far: ingest.Summary) -> None:
        time.sleep(0.01)
        ahead.append(len(given) - so_far.total)

    ingest.publish(lines(), batch_size=10, on_progress=told)

    assert 0 < max(ahead) <= 11


def test_a_list_needs_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("threading.Thread.start", lambda thread: pytest.fail("a thread was started"))

    assert ingest.publish(new_orders(3)) == ingest.Summary(published=3)
    assert ingest.publish(iter(new_orders(3)), max_wait=None) == ingest.Summary(published=3)


def test_rejects_are_numbered_as_the_source_gave_them() -> None:
    rejects: list[int] = []
    lines: list[Line] = [b"\n", b"nonsense", event(), b" ", b"{}"]

    ingest.publish(iter(lines), on_rejected=lambda rejected: rejects.append(rejected.number))

    assert rejects == [2, 5]
