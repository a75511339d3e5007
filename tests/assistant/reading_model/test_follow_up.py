"""The three readings of a follow-up: behind the question before it, alone, and that question by itself."""

import numpy as np
import pytest

from assistant.reading_model.follow_up import Weights, combined
from assistant.reading_model.model import Logits


def read(units: list[float], answers: float = 0.0) -> Logits:
    return Logits(np.array(units), answers, 0.0)


def test_both_readings_of_the_follow_up_count_by_their_share() -> None:
    units, answers = combined(
        read([2.0, 0.0], 3.0), read([0.0, 1.0], -1.0), read([-50.0, -50.0]), Weights(behind=0.25, against=2.0)
    )
    assert units == pytest.approx([0.5, 0.75]) and answers == pytest.approx(0.0)


def test_what_answers_the_earlier_question_counts_less_as_far_as_it_does() -> None:
    same = read([1.0, 1.0, 1.0])
    units, _ = combined(same, same, read([50.0, 0.0, -50.0]), Weights(behind=0.5, against=2.0))
    assert units == pytest.approx([-1.0, 0.0, 1.0])
