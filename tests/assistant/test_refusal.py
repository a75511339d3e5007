"""When an answer is a refusal: what was read hardly answers, or a reader has written nothing but that."""

import numpy as np
import pytest

from assistant.answers import Sentence
from assistant.reading_model.model import NOTHING, Logits
from assistant.refusal import only_refuses, signals

# --- what was read

Read = list[tuple[list[float], float]]  # of passages the logits of their units, and as a whole


def read(passages: Read) -> list[Logits]:
    return [Logits(np.array(units, dtype=np.float64), answers, 0.0) for units, answers in passages]


@pytest.mark.parametrize(
    ("passages", "told"),
    [
        ([([1.0, 3.0], 0.5), ([2.0], 4.0)], (3.0, 2.0, 4.0, 0.5, 0.5)),
        ([([1.0], 0.5)], (1.0, 1.0, 0.5, 0.5, 0.5)),  # one stands for the second, too
        ([], (NOTHING,) * 5),
    ],
)
def test_the_best_and_second_best_units_and_passages_tell(passages: Read, told: tuple[float, ...]) -> None:
    assert signals(read(passages)) == told


# --- what was written

REFUSAL, IN_OWN_WORDS = "The article does not say.", "The passages don’t mention what it costs."


def proven(text: str) -> Sentence:
    return Sentence(text=text, citations=(1,), support="supported")


def unproven(text: str, *citations: int) -> Sentence:
    return Sentence(text=text, citations=citations, support="unsupported")


@pytest.mark.parametrize(
    ("sentences", "refuses_only"),
    [
        ([unproven(REFUSAL)], True),
        ([unproven(IN_OWN_WORDS)], True),
        # what is said besides proves nothing; behind words of a model's own it has to cite nothing, either
        ([unproven(REFUSAL), unproven("Pigs fly.", 1)], True),
        ([unproven(IN_OWN_WORDS), unproven("Pigs fly.")], True),
        ([unproven(IN_OWN_WORDS), unproven("Pigs fly.", 1)], False),
        ([unproven(IN_OWN_WORDS), proven("BPO is cheap.")], False),
        # no refusal: nothing is said, or a document says itself what it does not
        ([], False),
        ([Sentence(text=IN_OWN_WORDS, citations=(1,), support="quoted")], False),
    ],
)
def test_sentences_only_refuse_where_nothing_else_is_said_or_proven(
    sentences: list[Sentence], refuses_only: bool
) -> None:
    assert only_refuses(sentences, documents=1) == refuses_only
