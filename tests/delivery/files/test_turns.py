"""Who has the next turn: nobody waits for a receiver that is dead, slow, or asked by many."""

from delivery.files import turns
from delivery.files.claiming import Due, host_of
from delivery.files.freezing import Lease
from delivery.files.turns import Turn, Turns

LEASE = Lease("a", 64, 1)


def due(number: int, host: str = "", *, is_failing: bool = False) -> Due:
    return Due(number, 64, host or f"host{number}", is_failing)


def under_way(*found: Due) -> Turns:
    """Turns of these."""
    made = Turns()
    made.under_way = {one.pk: Turn(one, LEASE) for one in found}
    return made


def test_there_are_so_many_places() -> None:
    found = [due(number) for number in range(300)]

    assert under_way().chosen(found) == found[: turns.MAX_TURNS]
    assert under_way(*found[:150]).chosen(found[150:]) == found[150 : turns.MAX_TURNS]


def test_half_of_the_places_are_for_those_whose_last_try_did_not_fail() -> None:
    failing = [due(number, is_failing=True) for number in range(300)]
    well = [due(number) for number in range(300, 310)]

    assert under_way().chosen([*failing, *well]) == [*failing[: turns.MAX_FAILING], *well]
    assert under_way(*failing[: turns.MAX_FAILING]).chosen([*failing[100:], *well]) == well


def test_one_server_has_so_many_at_once() -> None:
    crowd = [due(number, "one.example:22") for number in range(100)]
    others = [due(number) for number in range(100, 110)]

    assert under_way().chosen([*crowd, *others]) == [*crowd[: turns.MAX_OF_HOST], *others]


def test_who_rests_has_no_turn_until_it_is_over() -> None:
    made = under_way(due(1), due(2))
    made.end(made.under_way[1], rest=60)
    made.end(made.under_way[2], rest=0)

    assert made.without() == {1}
    assert made.take_served() == {1, 2}
    assert made.take_served() == set()


def test_the_server_of_a_subscription() -> None:
    assert host_of("ftp", "sftp://user@ftp.shop.example:2222/in") == "ftp.shop.example:2222"
    assert host_of("email", None) == "email"
