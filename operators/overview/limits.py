"""Whether limits are counted now."""

from django.core.cache import caches

from stores.counters import CounterStore


def are_counted() -> bool:
    """False while limits fail open, as the store of their counters is away. At most a quarter of a second."""
    counters = caches["limits"]
    return not isinstance(counters, CounterStore) or counters.can_count()
