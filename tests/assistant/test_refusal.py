"""The one place where it is decided that the documents do not say: signals and a probability, worked by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.reading_model.model import Calibration, PassageReading
from assistant.refusal import answerable, refuses, signals
from tests.assistant.readers.made import CALIBRATION

FAR = -12.0  # the logit of what is not there

logits = st.floats(-20, 20)
passages = st.lists(st.tuples(st.lists(logits, max_size=4), logits), max_size=4)


def calibration(*answers: float, refuse_below: float = 0.5) -> Calibration:
    update = {"refuse_below": refuse_below, **({"answers": answers} if answers else {})}
    return CALIBRATION.model_copy(update=update)


def readings(read: list[tuple[list[float], float]]) -> list[PassageReading]:
    return [PassageReading(np.array(units, dtype=np.float64), answers) for units, answers in read]


def told(read: list[tuple[list[float], float]]) -> tuple[float, ...]:
    return signals([units for units, _ in read], [answers for _, answers in read])


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        # best unit, second, best passage, second, the passage of the best unit
        ([([1.0, 3.0], 0.5), ([2.0], 4.0)], (3.0, 2.0, 4.0, 0.5, 0.5)),
        ([([1.0, 3.0], 0.5)], (3.0, 1.0, 0.5, 0.5, 0.5)),  # one alone stands for the second, too
        ([([], 0.5), ([-1.0], 0.2)], (-1.0, -1.0, 0.5, 0.2, 0.2)),
        ([([], 0.5)], (FAR, FAR, 0.5, 0.5, 0.5)),
        ([], (FAR, FAR, FAR, FAR, FAR)),
    ],
)
def test_the_signals_are_the_best_and_second_best_of_units_and_of_passages(
    read: list[tuple[list[float], float]], expected: tuple[float, ...]
) -> None:
    assert told(read) == expected


def test_the_probability_is_that_of_a_logistic_regression_on_them() -> None:
    read = [([1.0, 3.0], 0.5), ([2.0], 4.0)]
    weights = calibration(0.1, 0.2, -0.3, 0.4, 0.5, -0.6)
    score = 0.1 + 0.2 * 3.0 - 0.3 * 2.0 + 0.4 * 4.0 + 0.5 * 0.5 - 0.6 * 0.5
    assert answerable(readings(read), weights) == pytest.approx(1 / (1 + math.exp(-score)))
    assert answerable(readings(read), calibration(*[0.0] * 6)) == 0.5


@pytest.mark.parametrize(("probability", "refused"), [(0.0, True), (0.29, True), (0.3, False), (1.0, False)])
def test_below_the_least_probability_it_is_a_refusal(probability: float, refused: bool) -> None:
    assert refuses(probability, calibration(refuse_below=0.3)) is refused


@given(passages, st.lists(st.floats(-3, 3), min_size=6, max_size=6))
def test_it_is_a_probability_whatever_was_read(
    read: list[tuple[list[float], float]], weights: list[float]
) -> None:
    assert 0 <= answerable(readings(read), calibration(*weights)) <= 1
