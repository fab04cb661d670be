"""Places are handed out fairly, and what is given back is what was taken."""

from dataclasses import dataclass

import pytest

from delivery.engine import places
from delivery.engine.places import Places


@dataclass(eq=False)
class Asking:
    """A subscription that asks for places."""

    host: str = "a.example"
    is_slow: bool = False
    last_served: float = 0.0
    woken: int = 0

    def wake(self) -> None:
        self.woken += 1


def test_a_host_whose_clients_wait_keeps_nobody_else_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "MAX_OF_A_HOST", 1)
    monkeypatch.setattr(places, "MAX_PLACES", 2)
    handed = Places()
    crowded = [Asking("crowded.example") for _ in range(50)]
    other, first, last = Asking("b.example"), Asking("c.example"), Asking("d.example", last_served=9.0)
    assert handed.take(crowded[0], 1)
    assert [handed.take(client, 1) for client in crowded[1:]] == [None] * 49
    taken = handed.take(other, 1)
    waiting = [handed.take(client, 1) for client in (last, first)]

    assert waiting == [None, None]
    assert taken
    handed.give_back(taken)

    assert (first.woken, last.woken, sum(client.woken for client in crowded)) == (1, 1, 0)


def test_who_was_served_least_recently_is_woken_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "MAX_PLACES", 1)
    handed = Places()
    taken = handed.take(Asking(), 1)
    waiting = [Asking(last_served=number) for number in (3.0, 1.0, 2.0)]
    for client in waiting:
        handed.take(client, 1)

    assert taken
    handed.give_back(taken)

    assert [client.woken for client in waiting] == [0, 1, 1]


def test_what_changes_meanwhile_leaves_no_place_taken() -> None:
    handed, client = Places(), Asking()
    taken = handed.take(client, 7)
    client.host, client.is_slow = "moved.example", True

    assert taken
    handed.give_back(taken)

    assert (handed.taken, handed.slow, handed.bytes, handed.of_host) == (0, 0, 0, {})


def test_slow_receivers_leave_half_of_the_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "MAX_SLOW_PLACES", 1)
    handed = Places()

    assert handed.take(Asking("a.example", is_slow=True), 1)
    assert not handed.take(Asking("b.example", is_slow=True), 1)
    assert handed.take(Asking("c.example"), 1)
