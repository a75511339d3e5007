"""A small round of `make stress`, so that what is seldom run still runs; the orders are in `test_injection.py`."""

import pytest

from tests.stress import killed_builds


@pytest.mark.slow
def test_builds_that_are_killed_at_random_moments_leave_a_whole_index() -> None:
    killed_builds(rounds=2)
