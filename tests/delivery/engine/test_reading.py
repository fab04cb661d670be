"""What drains ask for in the same moment is read together; whoever is behind reads a page of its own."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

import pytest
from django.db import OperationalError

from callers.models import Scope
from delivery.engine.deliverer import Deliverer
from delivery.engine.pages import Read
from delivery.engine.reading import Reader
from tests.delivery.engine.subscriptions import at

SHOPS = [Scope("channel", f"shop-{number}") for number in range(30)]


@dataclass
class Asked:
    """A deliverer that answers with nothing and remembers what it was asked; or whose database is away."""

    looks: int = 0
    is_away: bool = False
    calls: list[tuple[list[Scope], int]] = field(default_factory=list)

    async def database(
        self, call: Callable[..., Any], asked: Sequence[tuple[Scope, datetime]], size: int
    ) -> list[Read]:
        self.calls.append(([scope for scope, _ in asked], size))
        await asyncio.sleep(0)
        if self.is_away:
            raise OperationalError
        return [Read([], since, False) for _, since in asked]


def reading(asked: Asked, *wanted: tuple[Scope, bool]) -> list[Any]:
    """What comes of reading all at once, with whether each is behind."""
    reader = Reader(cast(Deliverer, asked))

    async def read() -> list[Any]:
        reads: list[Coroutine[Any, Any, Read]] = [
            reader.read(scope, at(1), is_behind=is_behind) for scope, is_behind in wanted
        ]
        found: list[Any] = await asyncio.gather(*reads, return_exceptions=True)
        return found

    return asyncio.run(read())


def test_thirty_scopes_are_read_by_two_queries_that_share_a_page() -> None:
    asked = Asked()

    found = reading(asked, *[(shop, False) for shop in SHOPS])

    assert found == [Read([], at(1), False)] * 30
    assert asked.calls == [(SHOPS[:20], 5), (SHOPS[20:], 10)]


def test_one_that_is_behind_gets_a_page_of_its_own() -> None:
    asked = Asked()

    reading(asked, (SHOPS[0], True), (SHOPS[1], False), (SHOPS[2], False))

    assert sorted(asked.calls, key=lambda call: -call[1]) == [([SHOPS[0]], 100), ([SHOPS[1], SHOPS[2]], 50)]


def test_the_same_page_is_read_once() -> None:
    asked = Asked()

    reading(asked, (SHOPS[0], False), (SHOPS[0], False), (SHOPS[0], True))

    assert asked.calls == [([SHOPS[0]], 100)]


def test_channels_and_partners_are_read_apart() -> None:
    asked, partner = Asked(), Scope("partner", "143")

    reading(asked, (SHOPS[0], False), (partner, False))

    assert asked.calls == [([SHOPS[0]], 100), ([partner], 100)]


def test_a_database_that_is_away_is_told_to_all_that_asked() -> None:
    found = reading(Asked(is_away=True), (SHOPS[0], False), (SHOPS[1], False))

    assert [type(error) for error in found] == [OperationalError, OperationalError]


@pytest.mark.parametrize("is_behind", [True, False])
def test_after_a_failure_it_is_read_again(is_behind: bool) -> None:
    asked = Asked(is_away=True)
    reader = Reader(cast(Deliverer, asked))

    async def twice() -> Read:
        with pytest.raises(OperationalError):
            await reader.read(SHOPS[0], at(1), is_behind=is_behind)
        asked.is_away = False
        return await reader.read(SHOPS[0], at(1), is_behind=is_behind)

    assert asyncio.run(twice()) == Read([], at(1), False)
