"""The one place where it is decided that the documents do not say: signals and a probability, worked by hand."""

import math

import numpy as np
import pytest

from assistant.reading_model.model import Logits
from assistant.refusal import answerable, refuses, signals
from tests.assistant.readers.made import CALIBRATION

FAR = -12.0  # the logit of what is not there
Read = list[tuple[list[float], float]]  # of passages the logits of their units, and as a whole


def read(passages: Read) -> list[Logits]:
    return [Logits(np.array(units, dtype=np.float64), answers, 0.0) for units, answers in passages]


TWO: Read = [([1.0, 3.0], 0.5), ([2.0], 4.0)]


@pytest.mark.parametrize(
    ("passages", "expected"),
    [
        # best unit, second, best passage, second, the passage of the best unit
        (TWO, (3.0, 2.0, 4.0, 0.5, 0.5)),
        (TWO[:1], (3.0, 1.0, 0.5, 0.5, 0.5)),  # one alone stands for the second, too
        ([([], 0.5), ([-1.0], 0.2)], (-1.0, -1.0, 0.5, 0.2, 0.2)),
        ([([], 0.5)], (FAR, FAR, 0.5, 0.5, 0.5)),
        ([], (FAR, FAR, FAR, FAR, FAR)),
    ],
)
def test_the_signals_are_the_best_and_second_best_of_units_and_of_passages(
    passages: Read, expected: tuple[float, ...]
) -> None:
    assert signals(read(passages)) == expected


def test_the_probability_is_that_of_a_logistic_regression_on_them() -> None:
    weights = CALIBRATION.model_copy(update={"answers": (0.1, 0.2, -0.3, 0.4, 0.5, -0.6)})
    score = 0.1 + 0.2 * 3.0 - 0.3 * 2.0 + 0.4 * 4.0 + 0.5 * 0.5 - 0.6 * 0.5
    assert answerable(read(TWO), weights) == pytest.approx(1 / (1 + math.exp(-score)))


def test_below_the_least_probability_it_is_a_refusal() -> None:
    calibration = CALIBRATION.model_copy(update={"refuse_below": 0.3})
    assert refuses(0.29, calibration) and not refuses(0.3, calibration)
