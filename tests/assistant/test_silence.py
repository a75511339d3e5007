"""What says only that the documents do not say something claims nothing."""

import pytest

from assistant.citations import cite
from assistant.silence import claimed
from assistant.verdicts import Judge
from tests.made import passage


@pytest.mark.parametrize(
    "sentence",
    [
        "Unfortunately, the passages don’t mention what Time Doctor costs.",
        "I'm sorry, but the article does not provide information about this.",
        "The provided passages do not contain any information on that, so I cannot answer this.",
        "The price is not mentioned in the article.",
        "No information about prices is provided in the passages.",
        "Der Artikel sagt dazu leider nichts.",
        "L'article ne le dit pas.",
    ],
)
def test_a_refusal_in_words_of_its_own_claims_nothing(sentence: str) -> None:
    assert claimed(sentence) == ""


def test_what_is_said_of_anything_else_is_claimed_and_half_a_refusal_claims_its_other_half() -> None:
    for sentence in ("The company does not provide it.", "Der Artikel sagt, dass KPO nicht billig ist."):
        assert claimed(sentence) == sentence
    assert claimed("While the article does not say what KPO costs, both cost less") == "both cost less"
    assert claimed("both cost less, but the article does not say how much.") == "both cost less"
    assert claimed("There is no mention of prices other than that both cost less") == "both cost less"


def test_what_the_article_does_not_say_is_let_be_and_only_what_is_said_besides_is_judged() -> None:
    def shown(text: str) -> str:
        doubtful = Judge(lambda *_: -1.0, threshold=0.0)
        return cite(text, [passage("Processes are volume-driven.")], doubtful, whole=True).text

    assert "[?]" not in shown("The article does not say what pigs cost [1].")
    assert "[?]" in shown("The article does not say what it costs, but pigs fly [1].")
    assert "[?]" in shown("The article does not say that pigs cost $500."), "who denies an amount tells it"
