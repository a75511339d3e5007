"""When what a reader has written is nothing but a refusal; that a question is refused, `test_chain.py` shows."""

import pytest

from assistant.answers import Sentence
from assistant.refusal import only_refuses

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
