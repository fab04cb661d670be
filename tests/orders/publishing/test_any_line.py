import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.publishing.events import EventRefused, read_event
from testbed.events import Fields, event


def _written(value: object) -> bytes:
    return json.dumps(value).encode()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.binary(max_size=60) | JSON.map(_written))
def test_a_line_of_anything_is_refused_with_a_reason(line: bytes) -> None:
    with pytest.raises(EventRefused, match=r"\w"):
        read_event(line)


@given(st.dictionaries(st.sampled_from(sorted(event())), JSON, max_size=3))
def test_any_value_in_any_field_is_taken_or_refused(fields: Fields) -> None:
    with suppress(EventRefused):
        assert read_event(event() | fields).revision >= 1
