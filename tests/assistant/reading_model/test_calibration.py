"""Thresholds and figures: hand-worked values, and what has to hold whatever the numbers."""

import math
from dataclasses import replace

import numpy as np
import pytest

from assistant.reading_model.model import Logits
from assistant.reading_model.training.calibrate import (
    ReadQuestion,
    logistic_regression,
    passage_margin,
    share_behind,
    unit_margin,
)
from assistant.reading_model.training.examples import Example, Question

NOTHING = np.zeros((0, 384), dtype=np.float16)


def read(logits: list[list[float]], wanted: list[list[int]]) -> ReadQuestion:
    """A question with a passage for each list of logits, and which of its units answer."""
    answers = [np.array(marks, dtype=np.float32) for marks in wanted]
    examples = [Example(NOTHING, 0, NOTHING, rows=one < 0, units_answer=one) for one in answers]
    question = Question("?", "detail", True, examples)
    return ReadQuestion(question, "a", [Logits(np.array(of), max(of), 0.0) for of in logits])


def test_a_regression_finds_the_odds_of_two_groups() -> None:
    table = np.array([[0.0]] * 4 + [[1.0]] * 4)
    wanted = np.array([0, 0, 0, 1, 1, 1, 1, 0], dtype=float)
    constant, weight = logistic_regression(table, wanted, penalty=0.0)
    assert constant == pytest.approx(math.log(1 / 3), abs=1e-4)
    assert constant + weight == pytest.approx(math.log(3), abs=1e-4)


def test_further_units_are_as_far_below_the_best_as_those_that_answer_are() -> None:
    one = read([[3.0, 1.0, -2.0]], [[1, 1, 0]])
    other = read([[7.0, 4.0], [-3.0]], [[1, 0], [0]])
    assert 2.0 <= unit_margin([one, other]) < 3.0


def test_units_of_other_passages_are_as_far_below_as_those_of_them_that_answer() -> None:
    # its own second unit is chosen in any case; of the others one at 1.5 answers, and one at 2.5 does not
    of = read([[3.0, 1.0, -2.0], [1.5], [0.5]], [[1, 1, 0], [1], [0]])
    assert 1.5 <= passage_margin([of], unit_margin=2.0) < 2.5
    assert passage_margin([read([[3.0, 1.0], [2.9]], [[1, 1], [0]])], unit_margin=2.0) < 0.1


def test_a_follow_up_is_weighed_by_the_reading_that_finds_what_answers_it() -> None:
    first, second = [[4.0, 0.0]], [[0.0, 4.0]]

    def follow_up(behind: list[list[float]], alone: list[list[float]]) -> ReadQuestion:
        return replace(read(behind, [[0, 1]]), alone=read(alone, [[0, 1]]).logits)

    assert share_behind([follow_up(behind=second, alone=first)]) >= 0.5
    assert share_behind([follow_up(behind=first, alone=second)]) < 0.5
