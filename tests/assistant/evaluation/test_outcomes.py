"""What became of the questions, abstention, and risk against coverage, on values worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.evaluation.outcomes import (
    Outcome,
    abstention_f1,
    abstention_precision,
    aurc,
    confidence_auc,
    outcomes,
    risk_coverage,
)
from tests.assistant.evaluation.by_hand import (
    ANSWERED,
    FAILED,
    GREETING,
    MISCITED,
    REFUSED,
    RIGHT,
    RIGHTLY_REFUSED,
    a_row,
    an_answer,
)


def right(confidence: float) -> Outcome:
    return Outcome(answerable=True, answered=True, right=True, confidence=confidence)


def wrong(confidence: float) -> Outcome:
    return Outcome(answerable=False, answered=True, confidence=confidence)


def refused(confidence: float, answerable: bool = False) -> Outcome:
    return Outcome(answerable, answered=False, confidence=confidence)


def test_a_row_went_one_of_six_ways_but_a_greeting_none() -> None:
    rows = [RIGHT, MISCITED, REFUSED, RIGHTLY_REFUSED, ANSWERED, FAILED, a_row(GREETING, an_answer(""))]
    ways = ["right", "wrong", "refused", "rightly_refused", "wrongly_answered", "failed"]
    assert [one.way for one in outcomes(rows)] == ways


def test_abstention_by_hand() -> None:
    # three refusals, two of them right, of the four questions without an answer
    found = [refused(1), refused(1), refused(1, answerable=True), wrong(1), Outcome(False, None), right(1)]
    assert abstention_precision(found) == pytest.approx(2 / 3)
    assert abstention_f1(found) == pytest.approx(2 * 2 / (3 + 4))
    assert abstention_precision([right(1)]) is None
    assert abstention_f1([right(1)]) is None


def test_the_surest_answers_come_first_and_refusals_are_never_covered() -> None:
    # by confidence: right, wrong, right; two refusals, one of them quite sure; one that does not say how sure
    found = [refused(0.95), right(0.5), wrong(0.7), right(0.9), refused(0.1), Outcome(True, True)]
    assert risk_coverage(found) == [(1, 0), (2, 1), (3, 1)]
    assert aurc(found) == pytest.approx((0 + 1 / 2 + 1 / 3) / 3)


def test_equal_confidences_share_a_point() -> None:
    found = [right(0.9), wrong(0.5), right(0.5), right(0.5)]
    assert risk_coverage(found) == [(1, 0), (4, 1)]
    assert aurc(found) == pytest.approx((0 + 3 * 1 / 4) / 4)


def test_nothing_answered_is_undefined() -> None:
    assert risk_coverage([]) == []
    assert aurc([refused(0.4)]) is None


def test_the_auc_is_the_share_of_pairs_that_are_in_order() -> None:
    # pairs: 0.9 > 0.8, 0.9 > 0.1, 0.5 < 0.8, 0.5 > 0.1
    assert confidence_auc([right(0.9), refused(0.5, answerable=True), wrong(0.8), refused(0.1)]) == 3 / 4
    assert confidence_auc([right(0.5), wrong(0.5)]) == 1 / 2
    assert confidence_auc([right(0.5)]) is None


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=12))
def test_the_auc_is_that_of_all_pairs(made: list[tuple[int, bool]]) -> None:
    found = [Outcome(answerable, False, confidence=float(c)) for c, answerable in made]
    pairs = [(a, b) for a, is_a in made if is_a for b, is_b in made if not is_b]
    wanted = sum((a > b) + (a == b) / 2 for a, b in pairs) / len(pairs) if pairs else None
    assert confidence_auc(found) == (None if wanted is None else pytest.approx(wanted))
