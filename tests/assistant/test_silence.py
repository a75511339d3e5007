"""What says only that the documents do not say something claims nothing."""

import pytest

from assistant.citations import cite
from assistant.silence import claimed
from tests.assistant.lexical_judge import JUDGE
from tests.made import passage

PASSAGES = [passage("Processes are volume-driven."), passage("KPO is insight-driven.", start=1_000)]


@pytest.mark.parametrize(
    "sentence",
    [
        "The article does not say.",
        "Unfortunately, the passages don’t mention what Time Doctor costs.",
        "The article does not say. Volume drives it.",  # so it begins
        "I'm sorry, but the article does not provide information about this.",
        "The provided passages do not contain any information on that, so I cannot answer this.",
        "The price is not mentioned in the article.",
        "No information about prices is provided in the passages.",
        "Der Artikel sagt dazu leider nichts.",
        "L'article ne le dit pas.",
        "Het artikel zegt hier niets over.",
    ],
)
def test_a_refusal_in_words_of_its_own_claims_nothing(sentence: str) -> None:
    assert claimed(sentence) == ""


@pytest.mark.parametrize(
    "sentence",
    [
        "BPO does not say.",
        "The company does not provide it.",
        "There is no information security without it.",
        "Der Artikel sagt, dass KPO nicht billig ist.",
        "Das Dokument braucht keine Unterschrift.",
    ],
)
def test_what_is_said_of_anything_else_is_claimed_as_it_stands(sentence: str) -> None:
    assert claimed(sentence) == sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "The article does not say what KPO costs, but both cost less",
        "While the article does not say what KPO costs, both cost less",
        "both cost less, but the article does not say how much.",
        "There is no mention of prices other than that both cost less",
    ],
)
def test_half_a_refusal_claims_its_other_half(sentence: str) -> None:
    assert claimed(sentence) == "both cost less"


def test_what_the_article_does_not_say_is_let_be_and_only_what_is_said_besides_is_judged() -> None:
    def shown(text: str) -> str:
        return cite(text, PASSAGES, JUDGE, whole=True).text

    assert "[?]" not in shown("The article does not say what pigs cost [2].")
    assert "[?]" in shown("The article does not say what it costs, but pigs fly [2].")
    assert "[?]" in shown("The article does not say that pigs cost $500."), "who denies an amount tells it"
