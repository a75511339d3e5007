"""Risk against coverage, on values worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answers import Answer
from assistant.evaluation.selective import Outcome, aurc, confidence_auc, outcome, risk_coverage


def right(confidence: float) -> Outcome:
    return Outcome(confidence, answerable=True, answered=True, wrong=False)


def wrong(confidence: float, answerable: bool = False) -> Outcome:
    return Outcome(confidence, answerable, answered=True, wrong=True)


def refused(confidence: float, answerable: bool = False) -> Outcome:
    return Outcome(confidence, answerable, answered=False, wrong=False)


def test_the_surest_answers_come_first_and_refusals_are_never_covered() -> None:
    # five questions; by confidence: right, wrong, right, and two refusals, one of them quite sure
    outcomes = [refused(0.95), right(0.5), wrong(0.7), right(0.9), refused(0.1)]
    assert risk_coverage(outcomes, 5) == [(1 / 5, 0), (2 / 5, 1 / 2), (3 / 5, 1 / 3)]
    assert aurc(outcomes) == pytest.approx((0 + 1 / 2 + 1 / 3) / 3)


def test_questions_without_a_confidence_are_part_of_the_whole() -> None:
    assert risk_coverage([right(0.9), wrong(0.7)], 8) == [(1 / 8, 0), (2 / 8, 1 / 2)]


def test_equal_confidences_share_a_point_in_whatever_order_they_come() -> None:
    outcomes = [right(0.9), wrong(0.5), right(0.5), right(0.5)]
    assert risk_coverage(outcomes, 4) == [(1 / 4, 0), (1, 1 / 4)]
    assert risk_coverage(outcomes[::-1], 4) == risk_coverage(outcomes, 4)
    assert aurc(outcomes) == pytest.approx((0 + 3 * 1 / 4) / 4)


def test_a_confidence_that_puts_the_wrong_ones_last_has_the_smaller_area() -> None:
    good = aurc([right(0.9), right(0.8), wrong(0.2)])
    bad = aurc([wrong(0.9), right(0.8), right(0.2)])
    assert good == pytest.approx((0 + 0 + 1 / 3) / 3)
    assert bad == pytest.approx((1 + 1 / 2 + 1 / 3) / 3)


def test_a_confidence_that_is_always_the_same_has_the_share_of_wrong_answers_as_its_area() -> None:
    assert aurc([right(1), wrong(1), right(1), right(1)]) == 1 / 4


def test_nothing_answered_is_undefined() -> None:
    assert risk_coverage([], 0) == []
    assert aurc([]) is None
    assert aurc([refused(0.4)]) is None


def test_the_auc_is_the_share_of_pairs_that_are_in_order() -> None:
    # pairs: 0.9 > 0.8, 0.9 > 0.1, 0.5 < 0.8, 0.5 > 0.1
    outcomes = [right(0.9), refused(0.5, answerable=True), wrong(0.8), refused(0.1)]
    assert confidence_auc(outcomes) == 3 / 4


def test_a_tie_counts_half() -> None:
    assert confidence_auc([right(0.5), wrong(0.5)]) == 1 / 2
    assert confidence_auc([right(0.5), right(0.7), wrong(0.5)]) == 3 / 4


def test_the_auc_is_undefined_without_both_kinds() -> None:
    assert confidence_auc([]) is None
    assert confidence_auc([right(0.5)]) is None
    assert confidence_auc([refused(0.5)]) is None


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=12))
def test_the_auc_is_that_of_all_pairs(made: list[tuple[int, bool]]) -> None:
    outcomes = [Outcome(float(c), answerable, False, False) for c, answerable in made]
    pairs = [(a, b) for a, is_a in made if is_a for b, is_b in made if not is_b]
    wanted = sum((a > b) + (a == b) / 2 for a, b in pairs) / len(pairs) if pairs else None
    assert confidence_auc(outcomes) == (None if wanted is None else pytest.approx(wanted))


def test_a_row_without_confidence_has_no_outcome() -> None:
    answer = Answer(question="?", standalone_question="?", answered=True, text="Yes.", model="m")
    assert outcome(True, None, -1.0) is None
    assert outcome(True, answer, 1.0) is None
    sure = answer.model_copy(update={"confidence": 0.25})
    assert outcome(False, sure, -1.0) == Outcome(0.25, answerable=False, answered=True, wrong=True)
    assert outcome(True, sure, 1.0) == Outcome(0.25, answerable=True, answered=True, wrong=False)
