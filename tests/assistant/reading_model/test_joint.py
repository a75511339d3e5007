"""A question or claim and a text as one row of tokens, worked by hand."""

import numpy as np
import pytest

from assistant.reading_model.joint import ASKED, EARLIER, TOLD, join
from tests.assistant.reading_model.by_word import BETWEEN, EAST, NORTH, WEST


def test_the_networks_own_token_comes_first_then_earlier_questions_then_the_last_then_the_text() -> None:
    units = np.array([(0, 1), (1, 3)])
    joint = join(np.array([WEST, EAST, NORTH]), 1, np.array([EAST, BETWEEN, WEST]), units)
    assert joint.types.tolist() == [0, EARLIER, ASKED, ASKED, TOLD, TOLD, TOLD]
    assert joint.vectors == pytest.approx(np.array([(0, 0), WEST, EAST, NORTH, EAST, BETWEEN, WEST]))
    # the best cosine of each with the other text (earlier questions have none), and units as means of tokens
    assert joint.best.tolist() == pytest.approx([0, 0, 1.0, 0.8, 1.0, 0.8, 0.0])
    assert joint.pool == pytest.approx(np.array([[0, 0, 0, 0, 1, 0, 0], [0, 0, 0, 0, 0, 0.5, 0.5]]))
