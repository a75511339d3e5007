"""When an answer is a refusal: what was read hardly answers, or a reader has written nothing but that."""

import math

import numpy as np
import pytest

from assistant.answers import Sentence
from assistant.reading_model.model import NOTHING, Logits
from assistant.refusal import answerable, is_refusal, only_refuses, refuses, signals
from tests.assistant.readers.made import CALIBRATION

# --- what was read

Read = list[tuple[list[float], float]]  # of passages the logits of their units, and as a whole


def read(passages: Read) -> list[Logits]:
    return [Logits(np.array(units, dtype=np.float64), answers, 0.0) for units, answers in passages]


TWO: Read = [([1.0, 3.0], 0.5), ([2.0], 4.0)]


@pytest.mark.parametrize(
    ("passages", "told"),
    [
        (TWO, (3.0, 2.0, 4.0, 0.5, 0.5)),
        ([([1.0], 0.5)], (1.0, 1.0, 0.5, 0.5, 0.5)),  # one stands for the second, too
        ([([], 0.5), ([-1.0], -2.0)], (-1.0, -1.0, 0.5, -2.0, -2.0)),
        ([], (NOTHING,) * 5),
    ],
)
def test_the_best_and_second_best_units_and_passages_tell(passages: Read, told: tuple[float, ...]) -> None:
    assert signals(read(passages)) == told


def test_the_probability_is_that_of_a_logistic_regression_on_them() -> None:
    weights = CALIBRATION.model_copy(update={"answers": (0.1, 0.2, -0.3, 0.4, 0.5, -0.6)})
    score = 0.1 + 0.2 * 3.0 - 0.3 * 2.0 + 0.4 * 4.0 + 0.5 * 0.5 - 0.6 * 0.5
    assert answerable(read(TWO), weights) == pytest.approx(1 / (1 + math.exp(-score)))


def test_below_the_least_probability_it_is_a_refusal() -> None:
    calibration = CALIBRATION.model_copy(update={"refuse_below": 0.3})
    assert refuses(0.29, calibration) and not refuses(0.3, calibration)


# --- what was written

REFUSAL, IN_OWN_WORDS = "The article does not say.", "The passages don’t mention what it costs."


@pytest.mark.parametrize(
    ("text", "documents", "is_one"),
    [
        (REFUSAL, 1, True),
        ("“the  article does not say” [2]</s>", 1, True),
        ("The documents do not say.", 2, True),
        (REFUSAL, 2, False),
        ("The article does not say what it costs.", 1, False),
        ("", 1, False),
    ],
)
def test_a_text_is_the_refusal_if_not_to_the_letter(text: str, documents: int, is_one: bool) -> None:
    assert is_refusal(text, documents) == is_one


def proven(text: str) -> Sentence:
    return Sentence(text=text, citations=(1,), support="supported")


def unproven(text: str, *citations: int) -> Sentence:
    return Sentence(text=text, citations=citations, support="unsupported")


@pytest.mark.parametrize(
    ("sentences", "refuses_only"),
    [
        ([unproven(REFUSAL)], True),
        ([unproven(IN_OWN_WORDS)], True),
        ([unproven(IN_OWN_WORDS), unproven("Is there anything else?")], True),
        # what is said besides proves nothing; behind words of a model's own it has to cite nothing, either
        ([unproven(REFUSAL), unproven("Pigs fly.", 1)], True),
        ([unproven(IN_OWN_WORDS), unproven("Pigs fly.")], True),
        ([unproven(IN_OWN_WORDS), unproven("Pigs fly.", 1)], False),
        ([unproven(IN_OWN_WORDS), proven("BPO is cheap.")], False),
        ([unproven(REFUSAL), proven("BPO is cheap.")], False),
        # no refusal: nothing is said, or a document says itself what it does not
        ([], False),
        ([unproven("Pigs fly.")], False),
        ([Sentence(text=IN_OWN_WORDS, citations=(1,), support="quoted")], False),
    ],
)
def test_sentences_only_refuse_where_nothing_else_is_said_or_proven(
    sentences: list[Sentence], refuses_only: bool
) -> None:
    assert only_refuses(sentences, documents=1) == refuses_only
