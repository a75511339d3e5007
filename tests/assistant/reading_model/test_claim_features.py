"""How a claim compares with what it cites: worked by hand, a claim and its evidence at a time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.reading_model.claim_features import claim_features
from tests.assistant.reading_model.by_word import BETWEEN, COSINE_OF_MEANS, EAST, NORTH, Pair

PAIR = Pair("alpha", alpha=EAST, of=NORTH, bravo=BETWEEN, kilo=NORTH)


def compared(claim: str, *evidence: str, section: str = "") -> dict[str, float]:
    return claim_features(PAIR.text(claim), [PAIR.passage(text, section) for text in evidence])


@pytest.mark.parametrize(
    ("feature", "claim", "evidence", "value"),
    [
        ("mean over tokens that carry a subject", "alpha of bravo", "kilo alpha", (1 + 0.8) / 2),
        ("mean of all tokens of the claim", "alpha of bravo", "kilo alpha", (1 + 1 + 0.8) / 3),
        ("mean of the evidence's subject tokens: best cosine in the claim", "alpha bravo", "kilo alpha", 0.9),
        ("cosine of the means", "alpha of bravo", "kilo alpha", COSINE_OF_MEANS),
        ("share of the claim's stems that the evidence lacks", "alpha bravo kilo lima", "bravos", 0.75),
        ("longest run of stems that the evidence lacks", "zulu alpha bravo kilo lima", "alpha", 3),
        ("share of the claim's pairs of stems that the evidence lacks", "alpha bravo kilo", "alpha bravo", 0.5),
        ("numbers and amounts that the evidence lacks", "it costs $5 in 2018", "in 2018 it costs", 2),
        ("names that the evidence lacks", "it is Wipro or Genpact", "Wipro", 1),
        ("share of the claim's stems in the one unit that has most of them", "alpha bravo", "alpha\n\nbravo", 0.5),
        ("negates and the evidence does not", "alpha is not bravo", "alpha is bravo", 1),
        ("the evidence negates and it does not", "alpha is bravo", "alpha is not bravo", 1),
        ("both negate", "alpha never is bravo", "alpha is not bravo", 1),
        ("all, every, only, never: in the claim alone", "all of alpha, always, each", "each alpha", 2),
        ("comparing words in the claim alone", "more alpha than bravo", "more alpha", 1),
        ("words of cause in the claim alone", "alpha because bravo", "alpha. bravo", 1),
        ("words of duty or possibility in the claim alone", "alpha must and may", "alpha may", 1),
        ("an opposite of a word of the evidence", "alpha is cheap", "alpha is expensive", 1),
        ("share of the stems in common that stand in the same order", "alpha bravo kilo", "bravo alpha kilo", 0.5),
        ("share of the claim that stands in the evidence in one run of words", "a b c d", "x b c y d", 0.5),
    ],
)
def test_what_a_claim_adds_to_its_evidence_or_turns(feature: str, claim: str, evidence: str, value: float) -> None:
    assert compared(claim, evidence)[feature] == pytest.approx(value)


def test_evidence_counts_as_a_whole_and_its_heading_is_told_apart() -> None:
    row = compared("alpha bravo of Wipro", "alpha", "bravo", section="Firms > Wipro")
    assert row["share of the claim's stems that the evidence lacks"] == pytest.approx(1 / 3)
    assert row["share of the claim's stems in the one unit that has most of them"] == pytest.approx(1 / 3)
    assert row["share of the claim's stems that neither evidence nor heading has"] == 0
    assert (row["names that the evidence lacks"], row["names that evidence and heading lack"]) == (1, 0)


# --- whatever is compared

words = ["alpha", "of", "bravo", "not", "all", "Wipro", "5 %", "because", "cheap", "dear", "\n\n", "\n- ", "?"]
texts = st.lists(st.sampled_from(words), max_size=9).map(" ".join)


@given(texts, st.lists(texts, max_size=3))
def test_every_row_is_finite_and_as_long(claim: str, evidence: list[str]) -> None:
    row = compared(claim, *evidence, section="A > Wipro")
    assert list(row) == list(compared("alpha")) and np.isfinite(list(row.values())).all()
