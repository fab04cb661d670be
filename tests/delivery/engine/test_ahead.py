"""What was accepted beyond a position is saved in a few bytes, and means nothing after a replay."""

import pytest

from delivery.engine import ahead
from tests.delivery.engine.subscriptions import at, unsaved


@pytest.mark.parametrize("times", [set(), {at(1)}, {at(1), at(50_000)}])
def test_it_is_read_as_it_was_written(times: set[object]) -> None:
    text = ahead.write(3, at(0), times)  # type: ignore[arg-type]  # of times

    assert ahead.read(unsaved(generation=3, ahead=text)) == times
    assert ahead.read(unsaved(generation=4, ahead=text)) == set()
    assert ahead.read(unsaved(generation=3, position=at(1), ahead=text)) == set()


def test_a_thousand_take_a_few_kilobytes() -> None:
    assert len(ahead.write(0, at(0), [at(number) for number in range(1, 1001)])) < 8_000
