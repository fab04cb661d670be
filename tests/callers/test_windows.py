"""Counters have the names and windows that django-ratelimit gives them, and are counted once for each use."""

from typing import Any

import pytest
from django.core.cache import caches
from django.test import RequestFactory
from django_ratelimit.core import get_usage
from pytest_django import Settings

from callers.quotas import use_quota
from stores.counters import CounterStore


@pytest.fixture(autouse=True)
def own_counters(settings: Settings) -> None:
    memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "windows"}
    settings.CACHES = {**settings.CACHES, "limits": memory}
    caches["limits"].clear()


@pytest.mark.parametrize("rate", ["2/s", "600/m", "7/h", "1/d"])
def test_a_use_is_what_django_ratelimit_counts(rate: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django_ratelimit.core.time.time", lambda: 1_795_000_000.5)
    request: Any = RequestFactory().get("/")

    counts = []
    for _ in range(3):
        use = use_quota(policy="caller", key="17", rate=rate)
        theirs = get_usage(request, group="caller|", key=lambda *_: "17|", rate=rate, increment=True)
        counts += [use and use.count, theirs["count"]]
        assert use is not None
        assert use.reset == theirs["time_left"] + 1

    assert counts == [1, 2, 3, 4, 5, 6]


def test_a_new_window_begins_at_one(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_795_000_000.0
    monkeypatch.setattr("django_ratelimit.core.time.time", lambda: now)
    first = [use_quota(policy="caller", key="17", rate="5/m") for _ in range(2)]
    now += 61

    again = use_quota(policy="caller", key="17", rate="5/m")

    assert [use and use.count for use in [*first, again]] == [1, 2, 1]


def test_the_store_counts_only_what_it_was_told_the_lifetime_of() -> None:
    store = CounterStore("redis://127.0.0.1:1/0", {})
    store.add("known", 1, 60)

    with pytest.raises(ValueError, match="call add first"):
        store.incr("unknown")
