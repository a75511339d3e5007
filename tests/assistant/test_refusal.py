"""When an answer is a refusal: what was read hardly answers, or a reader has written nothing but that."""

import math

import numpy as np
import pytest

from assistant.reading_model.model import Logits
from assistant.refusal import answerable, refuses
from tests.assistant.readers.made import CALIBRATION

FAR = -12.0  # the logit of what is not there
Read = list[tuple[list[float], float]]  # of passages the logits of their units, and as a whole


def read(passages: Read) -> list[Logits]:
    return [Logits(np.array(units, dtype=np.float64), answers, 0.0) for units, answers in passages]


TWO: Read = [([1.0, 3.0], 0.5), ([2.0], 4.0)]


def test_the_probability_is_that_of_a_logistic_regression_on_them() -> None:
    weights = CALIBRATION.model_copy(update={"answers": (0.1, 0.2, -0.3, 0.4, 0.5, -0.6)})
    score = 0.1 + 0.2 * 3.0 - 0.3 * 2.0 + 0.4 * 4.0 + 0.5 * 0.5 - 0.6 * 0.5
    assert answerable(read(TWO), weights) == pytest.approx(1 / (1 + math.exp(-score)))


def test_below_the_least_probability_it_is_a_refusal() -> None:
    calibration = CALIBRATION.model_copy(update={"refuse_below": 0.3})
    assert refuses(0.29, calibration) and not refuses(0.3, calibration)
