"""The state that a subscription is shown in is the one that it is found by."""

from itertools import product

import pytest

from delivery.models import Subscription
from delivery.registration.representation import STATES, state_of
from tests.operators.subscriptions import changed, subscribed

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("far_ahead", "caller")]

COLUMNS = {
    "active": (True, False),
    "confirmed": (True, False),
    "failures": (0, 1),
    "disabled_reason": ("", "GONE", "STOPPED_BY_RECIPIENT"),
}


def test_each_is_found_by_its_state_alone() -> None:
    row = subscribed()
    seen = set()
    for values in product(*COLUMNS.values()):
        state = state_of(changed(row, **dict(zip(COLUMNS, values, strict=True))))
        seen.add(state)
        found = [name for name, condition in STATES.items() if Subscription.objects.filter(condition)]
        assert found == [state], values

    assert seen == STATES.keys()
