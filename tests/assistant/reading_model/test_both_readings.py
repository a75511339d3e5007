"""Both readings of a follow-up: behind the question before it, and alone."""

import numpy as np
import pytest

from assistant.reading_model.both_readings import combined
from assistant.reading_model.model import Logits

EVEN, SURE, NEVER = 0.0, 50.0, -50.0  # logits of 1/2, nearly 1, nearly 0


def read(units: list[float], answers: float = EVEN) -> Logits:
    return Logits(np.array(units), answers, 0.0)


def test_the_probabilities_of_both_readings_are_mixed_by_their_share() -> None:
    units, answers = combined(read([SURE, EVEN], SURE), read([NEVER, EVEN], NEVER), share=0.75)
    assert units == pytest.approx([np.log(3), 0.0]) and answers == pytest.approx(np.log(3))


def test_what_neither_reading_believes_has_a_logit_still() -> None:
    units, _ = combined(read([NEVER, SURE]), read([NEVER, SURE]), share=0.5)
    assert np.isfinite(units).all() and units[0] < units[1]
