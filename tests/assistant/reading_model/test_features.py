"""What similarity says of a question and each unit, worked by hand on words with vectors in two dimensions."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.reading_model.encoding import EncodedPassage, EncodedText
from assistant.reading_model.features import (
    PASSAGE_FEATURES,
    UNIT_FEATURES,
    passage_features,
    rerank_scores,
    unit_features,
)
from assistant.reading_model.known_questions import Known
from tests.assistant.reading_model.by_word import BETWEEN, EAST, NORTH, Pair

# Alpha and bravo stand in one text each, so that they are equally rare.
PAIR = Pair("alpha kilo", "bravo kilo", "kilo lima", alpha=EAST, of=NORTH, bravo=BETWEEN, kilo=NORTH)
ASKED = PAIR.text("alpha of bravo")


def nothing(passages: Sequence[EncodedPassage]) -> Known:
    return Known.nothing([len(one.units) for one in passages])


def of_units(
    asked: EncodedText, *passages: EncodedPassage, known: Known | None = None
) -> list[list[dict[str, float]]]:
    """For each passage its units, by the names of the features."""
    found = unit_features(asked, passages, PAIR.lexicon, known or nothing(passages))
    return [[dict(zip(UNIT_FEATURES, row, strict=True)) for row in rows.tolist()] for rows in found]


def test_a_unit_is_compared_token_by_token_both_ways() -> None:
    ((row,),) = of_units(ASKED, PAIR.passage("alpha kilo"))
    # alpha and kilo themselves, and bravo which is 0.8 like kilo
    assert row["mean of the question's tokens: best cosine in the unit"] == pytest.approx((1 + 1 + 0.8) / 3)
    assert row["the same over tokens that carry a subject"] == pytest.approx((1 + 0.8) / 2)
    assert row["the least of these"] == pytest.approx(0.8)
    assert row["mean of the three least"] == pytest.approx(0.9)
    assert row["mean of the unit's subject tokens: best cosine in the question"] == pytest.approx(1)
    means = np.dot((1.6, 1.8), (1, 1)) / np.hypot(1.6, 1.8) / np.hypot(1, 1)
    assert row["cosine of the means of question and unit"] == pytest.approx(means)


def test_units_are_compared_with_those_of_all_passages() -> None:
    (near,), (far,) = of_units(PAIR.text("alpha"), PAIR.passage("alpha"), PAIR.passage("bravo"))
    assert near["subject tokens: distance from the best of all"] == 0
    assert far["subject tokens: distance from the best of all"] == pytest.approx(0.6 - 1)
    assert near["terms: distance from the mean of all"] == pytest.approx(1 - 0.5)
    assert far["terms: distance from the mean of all"] == pytest.approx(0 - 0.5)


def test_a_passage_is_compared_as_a_whole_and_by_its_best_unit() -> None:
    passages = [PAIR.passage("alpha\n\nkilo bravo")]
    units = unit_features(ASKED, passages, PAIR.lexicon, nothing(passages))
    (values,) = passage_features(ASKED, passages, units, PAIR.lexicon, nothing(passages)).tolist()
    row = dict(zip(PASSAGE_FEATURES, values, strict=True))
    assert row["best cosine of the question's tokens in the passage: mean over all"] == pytest.approx(1)
    assert row["share of the question's terms, by rarity"] == pytest.approx(1)
    assert row["share of the question's terms in the best unit"] == pytest.approx(0.5)
    assert row["best of the units: mean of the subject tokens"] == pytest.approx((0.6 + 1) / 2)
    assert row["logarithm of the question's words"] == pytest.approx(math.log(4))


KNOWN = Known([np.array([0.9, 0.0]), np.array([0.7])], [True, True], unanswered=0.8)


def test_a_unit_is_told_how_near_a_known_question_is_that_it_answers() -> None:
    passages = PAIR.passage("alpha\n\nkilo"), PAIR.passage("bravo")
    of_units_known = of_units(ASKED, *passages, known=KNOWN)
    first, second, third = [row for rows in of_units_known for row in rows]
    near, gap = "nearest known question that the unit answers", "the same: distance from the best of all"
    assert [row[near] for row in (first, second, third)] == pytest.approx([0.9, 0, 0.7])
    assert [row[gap] for row in (first, second, third)] == pytest.approx([0, -0.9, -0.2])
    assert {row["there are known questions"] for row in (first, second, third)} == {1}


def test_what_points_away_scores_nothing_and_so_does_an_empty_passage() -> None:
    passages = [PAIR.passage("zulu"), PAIR.passage("")]
    assert rerank_scores(PAIR.text("alpha"), passages, PAIR.lexicon, nothing(passages)) == [0, 0]
    assert rerank_scores(ASKED, [], PAIR.lexicon, nothing([])) == []


def test_a_known_question_that_a_passage_answers_is_its_score_where_it_is_nearer_than_any_unit() -> None:
    known = Known([np.array([0.9]), np.array([0.1])], [True, True])
    near, far = rerank_scores(ASKED, [PAIR.passage("zulu"), PAIR.passage("alpha")], PAIR.lexicon, known)
    assert near == 0.9 and far > 0.1


# --- whatever is compared

texts = st.lists(st.sampled_from(["alpha", "of", "bravo", "kilo", "?", "\n\n", "\n- ", "7", ":"]), max_size=8).map(
    " ".join
)


@given(texts, st.lists(texts, max_size=4))
def test_every_unit_and_passage_has_a_finite_row_in_its_order(asked: str, told: list[str]) -> None:
    question, passages = PAIR.text(asked), [PAIR.passage(text) for text in told]
    known = nothing(passages)
    units = unit_features(question, passages, PAIR.lexicon, known)
    table = passage_features(question, passages, units, PAIR.lexicon, known)
    assert [rows.shape for rows in units] == [(len(one.units), len(UNIT_FEATURES)) for one in passages]
    assert table.shape == (len(passages), len(PASSAGE_FEATURES))
    every = np.concatenate([table.reshape(-1), *(rows.reshape(-1) for rows in units)])
    assert np.isfinite(every).all() and every.dtype == np.float32
    assert rerank_scores(question, passages, PAIR.lexicon, known) == [
        rerank_scores(question, [one], PAIR.lexicon, nothing([one]))[0] for one in passages
    ]
