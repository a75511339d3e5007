"""What becomes of what a chat model has written: verified citations, verdicts, or a refusal."""

from itertools import pairwise

import pytest

from assistant.answers import Answer, Ask, EarlierTurn
from assistant.prompts import BY_AMOUNTS
from ingest.sources import Source
from tests.assistant.conftest import DRIVES, QUOTE, WithModel


def test_markers_become_citations_and_others_a_notice(with_model: WithModel, number: int, article: Source) -> None:
    said = f"{QUOTE} [{number}][99]\n\n- It takes a larger workforce [{number}].\n- Bananas ripen [98].\n\n[97]"
    answer: Answer = with_model([said])[0].chain.invoke(DRIVES)
    supports = [("quoted", (1,)), ("supported", (1,)), ("unsupported", ())]
    assert [(s.support, s.citations) for s in answer.sentences] == supports
    (citation,) = answer.citations
    assert citation.quote == QUOTE == article.text[citation.start : citation.end]
    assert answer.text == f"{QUOTE} [1]\n\n- It takes a larger workforce [1].\n- Bananas ripen. [?]"
    assert answer.notices == ("Markers that name no passage were dropped: 99, 98, 97.",)


def test_streamed_pieces_grow_into_the_answer(with_model: WithModel, number: int) -> None:
    pieces = ["These ", "processes tend", " to be volume-", "driven [", str(number), "]", ". Bananas ripen."]
    assistant, model = with_model(pieces)
    model.pause = 0.05
    streamed: list[Answer] = list(assistant.chain.stream(DRIVES))
    texts = [answer.text for answer in streamed]
    assert all(after.startswith(before) for before, after in pairwise(texts))
    assert texts[0] == "These"
    assert texts[-1] == "These processes tend to be volume-driven [1]. Bananas ripen. [?]"
    for answer in streamed:
        assert ("[1]" in answer.text) == bool(answer.citations)


@pytest.mark.parametrize(
    "reply",
    [
        "`The article does not say.`</s>",
        "The article does not say. However, BPO is booming in Zimbabwe.",
        "Unfortunately, the passages don’t mention what Time Doctor costs. [1]",
        "The passages don’t mention what it costs. Pigs fly.",
    ],
)
def test_the_refusal_however_it_is_put_is_a_refusal(reply: str, with_model: WithModel) -> None:
    answer: Answer = with_model([reply[:7], reply[7:]])[0].chain.invoke(DRIVES)
    assert not answer.answered
    assert answer.text == "The article does not say."
    assert answer.sentences == answer.citations == answer.notices == ()
    assert answer.passages


@pytest.mark.parametrize("besides", [QUOTE, "Pigs fly"])
def test_behind_one_in_its_own_words_what_cites_a_passage_is_shown(
    besides: str, with_model: WithModel, number: int
) -> None:
    said = f"The passages don’t mention what it costs. {besides} [{number}]"
    assert with_model([said])[0].chain.invoke(DRIVES).answered


def test_a_strict_answer_is_what_is_proven_or_a_refusal_that_says_so(with_model: WithModel, number: int) -> None:
    pieces = [f"{QUOTE} [{number}]", " Pigs fly ", f"[{number}]. Cows", " too."]
    assistant, model = with_model(pieces, strict=True)
    model.pause = 0.05
    streamed: list[Answer] = list(assistant.chain.stream(DRIVES))
    assert {answer.text for answer in streamed} == {f"{QUOTE} [1]"}
    (answer,) = with_model(pieces[1:], strict=True)[0].chain.stream(DRIVES)
    assert not answer.answered and answer.text == "The article does not say." and answer.passages
    assert answer.notices == ("Nothing of what the model wrote could be proven, so it is left out.",)


def test_a_fact_of_an_earlier_answer_is_no_proof(with_model: WithModel, number: int) -> None:
    earlier = EarlierTurn(question="What flies?", answer="Pigs fly to the moon on Mondays [1].")
    said = f"{QUOTE} [{number}] Pigs fly to the moon on Mondays [{number}]."
    assistant, _ = with_model(["What drives BPO?"], [said])
    answer: Answer = assistant.chain.invoke(Ask(question="And what drives BPO?", history=(earlier,)))
    assert [sentence.support for sentence in answer.sentences] == ["quoted", "unsupported"]


def test_a_translated_answer_is_checked_by_its_amounts_and_says_so(with_model: WithModel, number: int) -> None:
    said = f"Diese Prozesse sind eher vom Volumen getrieben und brauchen eine größere Belegschaft [{number}]."
    said += f" Der Umsatz liegt seit dem Jahr 2031 bei 77 Millionen [{number}]. Das ist so."
    answer: Answer = with_model([said])[0].chain.invoke(DRIVES)
    assert [sentence.support for sentence in answer.sentences] == ["supported", "unsupported", "unsupported"]
    assert answer.sentences[1].doubt == "“2031” is not in the passage"
    assert answer.notices == (BY_AMOUNTS,)
