"""What became of the questions, abstention, and risk against coverage, on values worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answers import Answer
from assistant.evaluation.outcomes import (
    Outcome,
    abstention_f1,
    abstention_precision,
    aurc,
    confidence_auc,
    outcomes,
    risk_coverage,
    tally,
)
from assistant.evaluation.places import Corpus
from assistant.evaluation.questions import QuestionItem
from assistant.evaluation.results import Row
from assistant.evaluation.scoring import score


def right(confidence: float) -> Outcome:
    return Outcome(answerable=True, answered=True, right=True, confidence=confidence)


def wrong(confidence: float) -> Outcome:
    return Outcome(answerable=False, answered=True, confidence=confidence)


def refused(confidence: float, answerable: bool = False) -> Outcome:
    return Outcome(answerable, answered=False, confidence=confidence)


FAILED = Outcome(answerable=True, answered=None)


def test_a_row_has_an_outcome_but_of_a_greeting() -> None:
    def row(answerable: bool | None, answered: bool | None) -> Row:
        item = QuestionItem(id="o", question="?", answerable=answerable, facts=(("yes",),) if answerable else ())
        answer = None
        if answered is not None:
            answer = Answer(
                question="?", standalone_question="?", answered=answered, text="Yes.", model="m", confidence=0.5
            )
        return Row(id="o", question=item, answer=answer, error=None, scores=score(item, answer, Corpus({})))

    rows = [row(True, True), row(False, True), row(False, False), row(True, None), row(None, True)]
    assert outcomes(rows) == [right(0.5), wrong(0.5), refused(0.5), FAILED]


def test_the_outcomes_are_counted_by_the_way_that_the_questions_went() -> None:
    found = [right(1), right(1), Outcome(True, True), refused(1, answerable=True), refused(1), wrong(1), FAILED]
    assert tally(found) == (2, 1, 1, 1, 1, 1)


def test_abstention_by_hand() -> None:
    # three refusals, two of them right, of the four questions without an answer
    found = [refused(1), refused(1), refused(1, answerable=True), wrong(1), Outcome(False, None), right(1)]
    assert abstention_precision(found) == pytest.approx(2 / 3)
    assert abstention_f1(found) == pytest.approx(2 * 2 / (3 + 4))
    assert abstention_precision([right(1)]) is None
    assert abstention_f1([right(1)]) is None


def test_the_surest_answers_come_first_and_refusals_are_never_covered() -> None:
    # five questions; by confidence: right, wrong, right, and two refusals, one of them quite sure
    found = [refused(0.95), right(0.5), wrong(0.7), right(0.9), refused(0.1)]
    assert risk_coverage(found) == [(1 / 5, 0), (2 / 5, 1 / 2), (3 / 5, 1 / 3)]
    assert aurc(found) == pytest.approx((0 + 1 / 2 + 1 / 3) / 3)


def test_questions_without_a_confidence_are_part_of_the_whole() -> None:
    assert risk_coverage([right(0.9), wrong(0.7), FAILED, Outcome(True, True)]) == [(1 / 4, 0), (2 / 4, 1 / 2)]


def test_equal_confidences_share_a_point() -> None:
    found = [right(0.9), wrong(0.5), right(0.5), right(0.5)]
    assert risk_coverage(found) == [(1 / 4, 0), (1, 1 / 4)]
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
