"""What similarity says of a question and each unit, worked by hand on words with vectors in two dimensions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.reading_model.encoding import EncodedPassage, EncodedText
from assistant.reading_model.features import PassageFeatures, features, rerank_scores, table
from assistant.reading_model.known_questions import Known
from tests.assistant.reading_model.by_word import BETWEEN, COSINE_OF_MEANS, EAST, NORTH, Pair

# Alpha and bravo stand in one text each, so that they are equally rare.
PAIR = Pair("alpha kilo", "bravo kilo", "kilo lima", alpha=EAST, of=NORTH, bravo=BETWEEN, kilo=NORTH)
ASKED = PAIR.text("alpha of bravo")


def nothing(*passages: EncodedPassage) -> Known:
    return Known.nothing([len(one.units) for one in passages])


def compared(asked: EncodedText, *texts: str, known: Known | None = None) -> list[PassageFeatures]:
    passages = [PAIR.passage(text) for text in texts]
    return features(asked, passages, PAIR.lexicon, known or nothing(*passages))


def test_a_unit_is_compared_token_by_token_both_ways() -> None:
    ((unit,), _) = compared(ASKED, "alpha kilo")[0]
    # alpha and kilo themselves, and bravo which is 0.8 like kilo
    assert unit["best cosine of each token: mean"] == pytest.approx((1 + 1 + 0.8) / 3)
    assert unit["mean over tokens that carry a subject"] == pytest.approx((1 + 0.8) / 2)
    assert unit["the least of these"] == pytest.approx(0.8)
    assert unit["mean of the three least"] == pytest.approx(0.9)
    assert unit["mean of the unit's subject tokens: best cosine in the question"] == pytest.approx(1)
    assert unit["cosine of the means"] == pytest.approx(COSINE_OF_MEANS)


def test_units_are_compared_with_those_of_all_passages_and_a_passage_by_its_best_unit() -> None:
    first, second = compared(PAIR.text("alpha"), "alpha", "bravo")
    subjects, terms = "mean over tokens that carry a subject", "share of the question's terms, by rarity"
    assert first.units[0][f"{subjects}: distance from the best of all"] == 0
    assert second.units[0][f"{subjects}: distance from the best of all"] == pytest.approx(0.6 - 1)
    assert second.units[0][f"{terms}: distance from the mean of all"] == pytest.approx(0 - 0.5)
    whole = compared(ASKED, "alpha\n\nkilo bravo")[0].whole
    assert whole[terms] == pytest.approx(1)
    assert whole[f"best of the units: {terms}"] == pytest.approx(0.5)
    assert whole[f"best of the units: {subjects}"] == pytest.approx((0.6 + 1) / 2)


def test_how_near_a_known_question_is_tells_a_unit_and_ranks_a_passage_that_answers_it() -> None:
    known = Known([np.array([0.9, 0.0]), np.array([0.7])], [True, True], unanswered=0.8)
    units = [unit for one in compared(ASKED, "alpha\n\nkilo", "bravo", known=known) for unit in one.units]
    near, gap = "nearest known question that the unit answers", "the same: distance from the best of all"
    assert [unit[near] for unit in units] == pytest.approx([0.9, 0, 0.7])
    assert [unit[gap] for unit in units] == pytest.approx([0, -0.9, -0.2])
    answers = Known([np.array([0.9]), np.array([0.1])], [True, True])
    away, alpha = (PAIR.passage(text) for text in ("zulu", "alpha"))
    first, second = rerank_scores(ASKED, [away, alpha], PAIR.lexicon, answers)
    assert first == 0.9 and second > 0.1


WORDS = ["alpha", "of", "bravo", "kilo", "?", "\n\n", "\n- ", "7", ":"]
texts = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)


@given(texts, st.lists(texts, max_size=4))
def test_whatever_is_compared_has_as_many_finite_features(asked: str, told: list[str]) -> None:
    question, passages = PAIR.text(asked), [PAIR.passage(text) for text in told]
    found = compared(question, *told)
    assert [len(one.units) for one in found] == [len(one.units) for one in passages]
    for rows in ([unit for one in found for unit in one.units], [one.whole for one in found]):
        assert np.isfinite(table(rows)).all() and len({tuple(row) for row in rows}) <= 1
    scores = rerank_scores(question, passages, PAIR.lexicon, nothing(*passages))
    assert scores == [rerank_scores(question, [one], PAIR.lexicon, nothing(one))[0] for one in passages]
