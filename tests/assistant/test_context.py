"""What a chat model is given to read: short documents whole, else whole sections of the best passages."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from assistant.answers import Answer, Ask, EarlierTurn
from assistant.chain import Assistant, open_assistant
from assistant.context import best_sections
from assistant.prompt_budget import prompt_tokens
from assistant.readers import ReaderInput
from assistant.settings import AssistantSettings
from ingest.embeddings import MiniLM
from ingest.errors import QuestionError
from ingest.settings import IngestSettings
from ingest.text import count_tokens
from tests.assistant.conftest import DRIVES, QUOTE, WithModel
from tests.fakes import replying


def sent_passages(model: Any) -> list[str]:
    """The texts of the passages in the last prompt, whose numbers run from 1 on."""
    found = re.findall(
        r'<passage number="(\d+)".*?>\n(.*?)\n</passage>', str(model.sent[-1][1].content), re.DOTALL
    )
    assert [int(number) for number, _ in found] == list(range(1, len(found) + 1))
    return [unescape(text) for _, text in found]


def test_the_section_of_the_best_passage_comes_first_and_whole(assistant_over: Callable[..., Assistant]) -> None:
    steady = "The firm grows in steady steps. " * 60
    parts = "".join(f"\n## Part {n}\n\n{steady}It sells bricks of kind {n}.\n" for n in range(4))
    opened = assistant_over(**{"a.md": f"# Firms\n{parts}"}).opened()
    question = "Who sells bricks of kind 2?"
    best = opened.retrieve(question).passages
    given = best_sections(question, best, opened.retriever, most=1_500)
    first = tuple(one for one in given if one.section == "Part 2")
    assert first == given[: len(first)] and "kind 2" in first[-1].text
    assert first[0].text.startswith("## Part 2") and len(first) > 1, "from its heading on, in order"
    assert sum(count_tokens(one.text) for one in given) <= 1_500
    assert len(given) == len({(one.source, one.start) for one in given}), "none twice"


def test_a_short_document_is_sent_whole_and_all_before_the_question_stays(with_model: WithModel) -> None:
    assistant, model = with_model(["Volume [1]."])
    assistant.chain.invoke(DRIVES)
    assistant.chain.invoke("Where does the article mention Accenture?")
    (rules, one), (same_rules, other) = ([str(message.content) for message in sent] for sent in model.sent)
    assert rules == same_rules and one[: one.index("<question>")] == other[: other.index("<question>")]
    for given, text in zip(assistant.index().passages, sent_passages(model), strict=True):
        assert text.startswith(given.text)
    assert '<document title="BPO vs KPO: 7 key differences + 6 common benefits">' in one


def test_what_has_room_with_its_marks_is_sent_whole_and_else_by_sections(
    index_of: Callable[..., IngestSettings], minilm: MiniLM
) -> None:
    rule = "Boats of pier {0} leave at {0} past noon, and captains announce themselves in writing. " * 2
    rules = "".join(f"## Rule {n}\n\n{rule.format(n)}\n\n" for n in range(130))  # many marks, and few words
    ingest = index_of(**{"a.md": f"# Harbour\n\n{rules}"})
    turn = EarlierTurn(question="From pier 6?", answer="word " * 600)
    ask = Ask(question="When do boats leave?", history=(turn,))

    def given(**options: int) -> ReaderInput:
        settings = AssistantSettings(ingest=ingest, **options)
        assistant = open_assistant(settings, chat_model=replying(lambda _: "At 7 [1]."), embeddings=minilm)
        assert 5_500 < assistant.index().tokens.sum() <= settings.whole
        found = assistant.explain(ask).given
        assert found
        return found

    assert given().whole and given().earlier
    assert not given(context=10_200).whole  # of which 6,104 are for the prompt


def test_a_refusal_names_what_was_retrieved_and_not_all_that_the_model_has_read(with_model: WithModel) -> None:
    assistant, model = with_model(["The article does not say."])
    answer: Answer = assistant.chain.invoke("What does Time Doctor cost?")
    assert not answer.answered and answer.passages == assistant.offline.chain.invoke(answer.question).passages
    assert 0 < len(answer.passages) < len(sent_passages(model))


# --- the model's window


def test_passages_are_left_out_from_the_last_on_and_the_question_never(with_model: WithModel) -> None:
    roomy, all_of_it = with_model(["Volume [1]."], whole=0)
    roomy.chain.invoke(DRIVES)
    assistant, model = with_model(["Volume [1]."], context=1_500)
    assistant.chain.invoke(DRIVES)
    assert prompt_tokens(model.sent[0]) <= 900 < prompt_tokens(all_of_it.sent[0])
    short, long = (str(sent[0][1].content) for sent in (model.sent, all_of_it.sent))
    assert 1 <= short.count("<passage ") < long.count("<passage ")
    kept = short[: short.index("</passages>")].rstrip()
    assert long.startswith(kept) and "<question>\nWhat drives BPO?\n</question>" in short


def test_a_question_that_leaves_no_room_is_one_line(with_model: WithModel) -> None:
    assistant, model = with_model(["Volume [1]."], context=1_024)
    with pytest.raises(QuestionError, match=r"too long for this model\. Shorten it, or raise BPO_KPO_CONTEXT"):
        assistant.chain.invoke("What drives BPO, and which of the two has more people? " * 60)
    assert not model.sent


def test_the_oldest_turns_are_left_out_and_the_documents_before_the_last_one_is(with_model: WithModel) -> None:
    def sent(size: int, turns: int, window: int = 8_192) -> str:
        history = tuple(EarlierTurn(question=f"Question {n}?", answer="word " * size) for n in range(turns))
        assistant, model = with_model(["Question 4?"], ["Volume [1]."], context=window)
        assistant.chain.invoke(Ask(question="Shorter?", history=history))
        assert prompt_tokens(model.sent[-1]) <= 4_096
        return str(model.sent[-1][1].content)

    several = sent(200, 5)
    assert "Question 4?</asked>" in several and "Question 0?</asked>" not in several and "<document" in several
    long = sent(790, 1)
    assert "Question 0?</asked>" in long and "<document" not in long and "<passage" in long
    short_window = sent(790, 1, window=1_800)
    assert "Question 0?</asked>" not in short_window and "<passage" in short_window


def test_where_there_is_nothing_to_look_up_the_last_question_is(with_model: WithModel) -> None:
    assistant, model = with_model(["shorter please"], [f"{QUOTE} [1]"], whole=0)
    answer: Answer = assistant.chain.invoke({"question": "shorter please", "history": [DRIVES]})
    assert answer.answered and answer.sentences[0].support == "quoted"
    assert any(QUOTE in text for text in sent_passages(model))
    assert "<question>\nshorter please\n</question>" in str(model.sent[-1][1].content)
