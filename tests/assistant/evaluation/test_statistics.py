"""Means, intervals and paired differences."""

import pytest

from assistant.evaluation.statistics import Figure, difference, mean, median, smallest_difference


def test_the_mean_leaves_undefined_values_out_and_of_none_it_is_undefined_and_not_nought() -> None:
    figure = mean([1.0, None, 0.0, 1.0, 1.0])
    assert (figure.value, figure.n) == (0.75, 4)
    assert median([1.0, None, 9.0, 2.0]).value == 2.0
    assert mean([]) == mean([None]) == Figure(value=None, n=0)


def test_the_interval_is_about_that_of_the_normal_approximation_and_always_the_same() -> None:
    figure = mean([1.0, 0.0] * 100)  # standard error of a proportion: sqrt(0.25 / 200) = 0.0354
    assert figure.low == pytest.approx(0.5 - 1.96 * 0.0354, abs=0.008)
    assert figure.high == pytest.approx(0.5 + 1.96 * 0.0354, abs=0.008)
    assert figure == mean([1.0, 0.0] * 100)
    assert mean([0.5] * 10) == Figure(value=0.5, low=0.5, high=0.5, n=10)


def test_a_difference_is_that_of_the_questions_defined_in_both_runs_and_p_tells_it_from_chance() -> None:
    always = difference([1.0] * 12 + [None, 0.0], [0.0] * 12 + [1.0, None])
    assert always is not None
    assert (always.value, always.low, always.high, always.n) == (1.0, 1.0, 1.0, 12)
    assert always.p < 0.01  # 2 of 4096 sign patterns are as far
    none = difference([0.3, 0.7], [0.3, 0.7])
    assert none is not None
    assert (none.value, none.p) == (0.0, 1.0)
    assert difference([None], [1.0]) is None


def test_how_far_two_systems_must_lie_apart() -> None:
    assert smallest_difference(12) == pytest.approx(0.40, abs=0.001)
    assert smallest_difference(200) == pytest.approx(0.098, abs=0.001)
