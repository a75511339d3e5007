"""The chain as a whole: question in, cited answer out."""

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import Mock

import pytest
from langchain_core.documents import Document
from langchain_core.runnables import RunnableLambda
from langchain_core.tracers.run_collector import RunCollectorCallbackHandler
from langchain_core.tracers.schemas import Run

from assistant.answers import Answer, Seconds
from assistant.asking import as_ask
from assistant.chain import Assistant, open_assistant
from assistant.readers import Draft, ReaderInput
from assistant.retriever import HybridRetriever
from assistant.settings import AssistantSettings
from ingest.errors import IndexProblem, QuestionError
from ingest.settings import IngestSettings
from ingest.sources import Source
from tests.assistant.conftest import WithModel

Over = Callable[..., Assistant]

QUESTIONS = [
    "What drives BPO compared with KPO?",
    "What is KPO?",
    "What are the six common benefits of BPO and KPO?",
    "[1] **What** | drives \\[2] KPO?",
]
REFUSED = ["How tall is the Eiffel Tower?", "What does Time Doctor cost?", "zxqv?"]


def timeless(answer: Answer) -> Answer:
    return answer.model_copy(update={"seconds": Seconds()})


# --- one Runnable


def test_however_it_is_called_the_answer_is_the_same(assistant: Assistant) -> None:
    question = QUESTIONS[0]

    async def streamed() -> list[Answer]:
        return [answer async for answer in assistant.chain.astream(question)]

    invoked = timeless(assistant.chain.invoke(question))
    assert timeless(list(assistant.chain.stream(question))[-1]) == invoked
    assert timeless(asyncio.run(streamed())[-1]) == invoked
    assert timeless(asyncio.run(assistant.chain.ainvoke(question))) == invoked
    assert [timeless(answer) for answer in assistant.chain.batch([question])] == [invoked]


def test_a_trace_shows_all_parts_of_the_chain(with_model: WithModel) -> None:
    def names(run: Run) -> list[str]:
        return [run.name, *(name for child in run.child_runs for name in names(child))]

    traced = RunCollectorCallbackHandler()
    assistant, _ = with_model(["What drives KPO?"], ["Insight [1]."])
    asked = {"question": "And for KPO?", "history": ["What drives BPO?"]}
    answer = assistant.chain.invoke(asked, {"callbacks": [traced]})
    (run,) = traced.traced_runs
    assert names(run) == ["assistant", "FakeChatModel", "HybridRetriever", "llm", "FakeChatModel"]
    assert run.outputs == {"output": answer}


# --- the answers of the offline reader


@pytest.mark.parametrize("question", [*QUESTIONS, *REFUSED])
def test_every_sentence_is_a_quote_of_the_article(question: str, assistant: Assistant, article: Source) -> None:
    answer = assistant.chain.invoke(question)
    assert all(sentence.support == "quoted" and sentence.citations for sentence in answer.sentences)
    for citation in answer.citations:
        assert citation.source == article.name
        assert article.text[citation.start : citation.end] == citation.quote
    for passage in answer.passages:
        assert article.text[passage.start : passage.end] == passage.text
    numbers = [citation.number for citation in answer.citations]
    assert numbers == list(range(1, len(numbers) + 1))
    markers = {int(number) for number in re.findall(r"(?<!\\)\[(\d+)\]", answer.text)}
    assert markers == set(numbers) == {n for s in answer.sentences for n in s.citations}
    assert answer.answered == bool(answer.sentences) == bool(answer.citations)
    assert answer.passages and answer.answered != (answer.text == "The article does not say.")
    assert answer.answered is (question not in REFUSED)
    assert (answer.model, answer.usage.cost_usd) == ("extractive", 0.0)


# --- what can be asked


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("\n\t\u00a0", r"^The question is empty\. Type one\.$"),
        ("x" * 4_001, r"^The question has 4,001 characters, the limit is 4,000\. Shorten it\.$"),
        (b"What drives \xff BPO?".decode(errors="surrogateescape"), r"not UTF-8\. Type it again\.$"),
    ],
)
def test_an_empty_long_or_garbled_one_is_turned_down(question: str, message: str, assistant: Assistant) -> None:
    with pytest.raises(QuestionError, match=message):
        assistant.chain.invoke(question)
    if question.strip():
        with pytest.raises(QuestionError, match=message):
            as_ask({"question": "Why?", "history": ["What drives BPO?", question]})
    with pytest.raises(QuestionError, match="not UTF-8"):
        as_ask({"question": "Why?", "history": [{"question": "What drives BPO?", "answer": "x\udcff"}]})


# --- documents and threads


def test_an_index_that_is_cleared_while_a_question_is_looked_up_is_asked_for_anew(
    assistant_over: Over, index_of: Callable[..., IngestSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant = assistant_over(**{"a.md": "# Firms\n\nThe firm Acme sells red bricks."})
    look_up = HybridRetriever._get_relevant_documents
    gone = IndexProblem("It is gone.")

    def cleared(retriever: HybridRetriever, query: str, **_: object) -> list[Document]:
        monkeypatch.setattr(HybridRetriever, "_get_relevant_documents", look_up)
        index_of(**{"a.md": "# Firms\n\nThe firm Acme sells green tiles."})
        raise gone

    monkeypatch.setattr(HybridRetriever, "_get_relevant_documents", cleared)
    answer = assistant.chain.invoke("What does the firm Acme sell?")
    assert answer.citations[0].quote == "The firm Acme sells green tiles."
    monkeypatch.setattr(HybridRetriever, "_get_relevant_documents", Mock(side_effect=gone))
    with pytest.raises(IndexProblem, match="It is gone"):  # there is no newer one
        assistant.chain.invoke("What else does the firm Acme sell?")


def test_a_reader_keeps_its_documents_when_a_build_clears_them(index_of: Callable[..., IngestSettings]) -> None:
    def slow(reading: ReaderInput) -> Draft:
        for color in ("green", "blue"):  # the second build clears what the question was looked up in
            index_of(**{"a.md": f"# Firms\n\nThe firm Acme sells {color} tiles."})
        return Draft(reading.sources[reading.passages[0].source].text.splitlines()[-1] + " [1]")

    settings = index_of(**{"a.md": "# Firms\n\nThe firm Acme sells red bricks."})
    assistant = open_assistant(AssistantSettings(ingest=settings), reader=RunnableLambda(slow))
    answer = assistant.chain.invoke("What does the firm Acme sell?")
    assert answer.citations[0].quote == "The firm Acme sells red bricks."


def test_answers_of_two_threads_do_not_mix(assistant: Assistant) -> None:
    alone = [timeless(assistant.chain.invoke(question)) for question in QUESTIONS]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(assistant.chain.invoke, QUESTIONS * 2))
    assert [timeless(answer) for answer in together] == alone * 2
