"""The position stands at a time only when every order up to it is done, in whatever order they are."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from delivery.engine.track import Track, key_of
from orders.forms import Row

START = datetime(2026, 11, 24, tzinfo=UTC)


def at(number: int) -> datetime:
    return START + timedelta(microseconds=20 * number)


def row(number: int, order: str) -> Row:
    return Row(at(number), "lazada-th", order, "{}")


def test_the_position_waits_for_the_slowest() -> None:
    track = Track(START, START)
    rows = [row(1, "A"), row(2, "B"), row(3, "C")]
    track.load(rows, at(3))
    positions = [track.position]
    for done in (rows[1], rows[2], rows[0]):
        track.finish(done)
        positions.append(track.position)

    assert positions == [START, START, START, at(3)]


def test_an_empty_page_moves_the_position_to_the_clock() -> None:
    track = Track(START, START)

    track.load([], at(50))

    assert (track.position, track.read_until) == (at(50), at(50))


def test_an_order_that_changed_again_holds_nothing_back_at_its_old_time() -> None:
    track = Track(START, START)
    track.load([row(1, "A"), row(2, "B")], at(2))
    track.finish(row(2, "B"))
    track.load([row(3, "A")], at(3))

    assert track.position == at(2)
    assert [key_of(waiting) for waiting in track.waiting()] == [("lazada-th", "A")]


def test_an_answer_to_an_older_state_does_not_finish_a_newer_one() -> None:
    track = Track(START, START)
    track.load([row(1, "A")], at(1))
    track.load([row(2, "A")], at(2))

    track.finish(row(1, "A"))

    assert track.position == at(1)
    assert [waiting.updated_time for waiting in track.waiting()] == [at(2)]


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("ABCDE")), max_size=60))
def test_nothing_open_lies_at_or_before_the_position(steps: list[tuple[bool, str]]) -> None:
    """Against an oracle: the newest state of each order, and whether that state was finished."""
    track = Track(START, START)
    newest: dict[str, int] = {}
    open_: set[str] = set()
    for number, (publishes, order) in enumerate(steps, start=1):
        if publishes:
            newest[order] = number
            open_.add(order)
            track.load([row(number, order)], at(number))
        elif order in open_:
            open_.discard(order)
            track.finish(row(newest[order], order))

        assert {key_of(waiting)[1] for waiting in track.waiting()} == open_
        assert all(track.position < at(newest[order]) for order in open_)
        if not open_ and newest:
            assert track.position == at(max(newest.values()))


def test_what_was_done_ahead_is_not_open_when_it_is_read_again() -> None:
    """Fails without `row.updated_time in self.ahead` in Track.load."""
    track = Track(START, START)
    rows = [row(1, "A"), row(2, "B"), row(3, "C")]
    track.load(rows, at(3))
    track.finish(rows[1])
    again = Track(track.position, track.position, set(track.done_times()))
    again.load([row(1, "A"), row(2, "B"), row(3, "C"), row(4, "D")], at(4))

    assert track.done_times() == [at(2)]
    assert [key_of(waiting)[1] for waiting in again.waiting()] == ["A", "C", "D"]
    again.finish(rows[0])
    assert (again.position, again.done_times()) == (at(2), [])


def test_what_was_done_ahead_and_is_not_read_yet_is_still_done() -> None:
    track = Track(START, START, {at(5), at(9)})
    track.load([row(2, "A")], at(2))
    before = sorted(track.done_times())
    track.finish(row(2, "A"))
    track.load([row(7, "B")], at(7))
    track.finish(row(7, "B"))

    assert before == [at(5), at(9)]
    assert track.done_times() == [at(9)]
