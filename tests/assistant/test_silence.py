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
        "These documents do not contain it.",
        "The article does not say. Volume drives it.",  # so it begins
        "I'm sorry, but the article does not provide information about this.",
        "Based on the passages, there is no mention of its price.",
        "The provided passages do not contain any information on that, so I cannot answer this.",
        "I cannot answer this from the passages.",
        "The price is not mentioned in the article.",
        "No information about prices is provided in the passages.",
        "The article mentions no prices, and the documents do not say why.",
        "Der Artikel sagt dazu leider nichts.",
        "Zum Preis enthält der Artikel keine Angaben.",
        "L'article ne le dit pas.",
        "El artículo no menciona el precio.",
        "Het artikel zegt hier niets over.",
    ],
)
def test_a_refusal_in_words_of_its_own_claims_nothing(sentence: str) -> None:
    assert claimed(sentence) == ""


@pytest.mark.parametrize(
    "sentence",
    [
        "The article says that it does not.",
        "BPO does not say.",
        "The company does not provide it.",
        "There is no information security without it.",
        "The passages are short, but they are many.",
        "Der Artikel sagt, dass KPO nicht billig ist.",
        "Das Dokument braucht keine Unterschrift.",
        "Die Firma nennt keine Artikel.",
    ],
)
def test_what_is_said_of_anything_else_is_claimed_as_it_stands(sentence: str) -> None:
    assert claimed(sentence) == sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "The article does not say what KPO costs, but both cost less",
        "While the article does not say what KPO costs, both cost less",
        "The article does not mention prices; both cost less",
        "both cost less, but the article does not say how much.",
        "The article does not give details, since both cost less",
        "There is no mention of prices other than that both cost less",
        "I cannot say more than that both cost less",
    ],
)
def test_half_a_refusal_claims_its_other_half(sentence: str) -> None:
    assert claimed(sentence) == "both cost less"


@pytest.mark.parametrize(
    ("text", "doubted"),
    [
        ("The article does not say what pigs cost [2].", False),
        ("The article does not say what pigs cost, but KPO is insight-driven [2].", False),
        ("KPO is insight-driven, but the article does not say how pigs fly [2].", False),
        ("The article does not say what it costs, but pigs fly [2].", True),
        ("The article does not say that pigs cost $500.", True),  # who denies an amount tells it all the same
    ],
)
def test_what_the_article_does_not_say_is_let_be_and_only_what_is_said_besides_is_judged(
    text: str, doubted: bool
) -> None:
    assert ("[?]" in cite(text, PASSAGES, JUDGE, whole=True).text) is doubted
