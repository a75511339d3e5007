"""Means, intervals and paired differences."""

import pytest

from assistant.evaluation.statistics import Figure, difference, mean, median, smallest_difference


def test_the_mean_leaves_undefined_values_out_and_counts_the_rest() -> None:
    estimate = mean([1.0, None, 0.0, 1.0, 1.0])
    assert estimate.value == 0.75
    assert estimate.n == 4
    assert estimate.low is not None and estimate.high is not None
    assert 0.0 <= estimate.low <= 0.75 <= estimate.high <= 1.0


def test_a_mean_of_nothing_is_undefined_not_nought() -> None:
    assert mean([]) == mean([None]) == Figure(value=None, n=0)


def test_the_interval_of_a_constant_is_a_point() -> None:
    assert mean([0.5] * 10) == Figure(value=0.5, low=0.5, high=0.5, n=10)


def test_the_interval_is_about_that_of_the_normal_approximation() -> None:
    estimate = mean([1.0, 0.0] * 100)  # standard error of a proportion: sqrt(0.25 / 200) = 0.0354
    assert estimate.low == pytest.approx(0.5 - 1.96 * 0.0354, abs=0.015)
    assert estimate.high == pytest.approx(0.5 + 1.96 * 0.0354, abs=0.015)


def test_the_same_values_give_the_same_interval() -> None:
    assert mean([0.1, 0.9, 0.4]) == mean([0.1, 0.9, 0.4])


def test_half_of_the_values_are_below_the_median() -> None:
    assert median([1.0, None, 9.0, 2.0]).value == 2.0


def test_a_paired_difference_that_is_always_the_same_is_significant() -> None:
    found = difference([1.0] * 12, [0.0] * 12)
    assert found is not None
    assert (found.value, found.low, found.high, found.n) == (1.0, 1.0, 1.0, 12)
    assert found.p < 0.01  # 2 of 4096 sign patterns are as far


def test_no_difference_has_p_one() -> None:
    found = difference([0.3, 0.7], [0.3, 0.7])
    assert found is not None
    assert (found.value, found.p) == (0.0, 1.0)


def test_only_questions_defined_in_both_runs_are_paired() -> None:
    found = difference([1.0, None, 0.0], [0.0, 1.0, None])
    assert found is not None
    assert found.n == 1
    assert difference([None], [1.0]) is None


def test_how_far_two_systems_must_lie_apart() -> None:
    assert smallest_difference(12) == pytest.approx(0.40, abs=0.001)
    assert smallest_difference(200) == pytest.approx(0.098, abs=0.001)
