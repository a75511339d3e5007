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


def test_units_are_compared_with_those_of_all_passages() -> None:
    near, far = (one.units[0] for one in compared(PAIR.text("alpha"), "alpha", "bravo"))
    subjects, terms = "mean over tokens that carry a subject", "share of the question's terms, by rarity"
    assert near[f"{subjects}: distance from the best of all"] == 0
    assert far[f"{subjects}: distance from the best of all"] == pytest.approx(0.6 - 1)
    assert near[f"{terms}: distance from the mean of all"] == pytest.approx(1 - 0.5)
    assert far[f"{terms}: distance from the mean of all"] == pytest.approx(0 - 0.5)


def test_a_passage_is_compared_as_a_whole_and_by_its_best_unit() -> None:
    whole = compared(ASKED, "alpha\n\nkilo bravo")[0].whole
    assert whole["best cosine of each token: mean"] == pytest.approx(1)
    assert whole["share of the question's terms, by rarity"] == pytest.approx(1)
    assert whole["best of the units: share of the question's terms, by rarity"] == pytest.approx(0.5)
    assert whole["best of the units: mean over tokens that carry a subject"] == pytest.approx((0.6 + 1) / 2)


def test_a_unit_is_told_how_near_a_known_question_is_that_it_answers() -> None:
    known = Known([np.array([0.9, 0.0]), np.array([0.7])], [True, True], unanswered=0.8)
    units = [unit for one in compared(ASKED, "alpha\n\nkilo", "bravo", known=known) for unit in one.units]
    near, gap = "nearest known question that the unit answers", "the same: distance from the best of all"
    assert [unit[near] for unit in units] == pytest.approx([0.9, 0, 0.7])
    assert [unit[gap] for unit in units] == pytest.approx([0, -0.9, -0.2])
    assert all(unit["there are known questions"] for unit in units)


def test_a_passage_is_ranked_by_its_best_unit_or_by_a_known_question_that_it_answers() -> None:
    away, empty, alpha = (PAIR.passage(text) for text in ("zulu", "", "alpha"))
    assert rerank_scores(PAIR.text("alpha"), [away, empty], PAIR.lexicon, nothing(away, empty)) == [0, 0]
    assert rerank_scores(ASKED, [], PAIR.lexicon, nothing()) == []
    known = Known([np.array([0.9]), np.array([0.1])], [True, True])
    near, far = rerank_scores(ASKED, [away, alpha], PAIR.lexicon, known)
    assert near == 0.9 and far > 0.1


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
