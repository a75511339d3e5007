"""A question or claim and a text as one row of tokens, worked by hand."""

import numpy as np
import pytest

from assistant.reading_model.joint import ASKED, EARLIER, LONGEST_ASKED, LONGEST_TOLD, TOLD, join
from tests.assistant.reading_model.by_word import BETWEEN, EAST, NORTH, WEST


def table(*rows: tuple[float, float]) -> np.ndarray:
    return np.array(rows, dtype=np.float32).reshape(-1, 2)


def spans(*ranges: tuple[int, int]) -> np.ndarray:
    return np.array(ranges, dtype=np.int64).reshape(-1, 2)


JOINT = join(table(WEST, EAST, NORTH), 1, table(EAST, BETWEEN, WEST), spans((0, 1), (1, 3)))


def test_the_networks_own_token_comes_first_then_earlier_questions_then_the_last_then_the_text() -> None:
    assert JOINT.types.tolist() == [0, EARLIER, ASKED, ASKED, TOLD, TOLD, TOLD]
    assert JOINT.vectors == pytest.approx(table((0, 0), WEST, EAST, NORTH, EAST, BETWEEN, WEST))


def test_each_token_has_its_best_cosine_with_the_other_text_and_earlier_questions_have_none() -> None:
    east, north = 1.0, 0.8
    assert JOINT.best.tolist() == pytest.approx([0, 0, east, north, 1.0, 0.8, 0.0])


def test_a_unit_is_pooled_as_the_mean_over_its_tokens() -> None:
    assert JOINT.pool == pytest.approx(np.array([[0, 0, 0, 0, 1, 0, 0], [0, 0, 0, 0, 0, 0.5, 0.5]]))
    assert JOINT.pool @ JOINT.vectors == pytest.approx(table(EAST, (-0.2, 0.4)))


def test_a_long_question_keeps_its_begin_the_earlier_ones_their_end_and_a_long_text_its_begin() -> None:
    before = table(*[WEST] * 40, *[NORTH] * LONGEST_ASKED)
    asked = table(*[EAST] * LONGEST_ASKED, *[WEST] * 40)
    told = table(*[BETWEEN] * LONGEST_TOLD, *[WEST] * 40)
    ranges = spans((0, 2), (LONGEST_TOLD - 1, LONGEST_TOLD + 5), (LONGEST_TOLD + 5, LONGEST_TOLD + 9))
    joint = join(np.concatenate([before, asked]), len(before), told, ranges)
    kept = [0, *[EARLIER] * LONGEST_ASKED, *[ASKED] * LONGEST_ASKED, *[TOLD] * LONGEST_TOLD]
    assert joint.types.tolist() == kept
    assert not (joint.vectors == WEST).all(axis=1).any()
    assert joint.pool.sum(axis=1).tolist() == pytest.approx([1, 1, 0])  # the last unit was cut off
    assert joint.pool[1].nonzero()[0].tolist() == [len(kept) - 1]
