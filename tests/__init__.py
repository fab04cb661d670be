"""The tests mirror the rooms. `python -m tests` runs them."""

import pytest

pytest.register_assert_rewrite("tests.shapes")
