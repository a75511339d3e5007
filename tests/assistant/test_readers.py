"""The contract of a reader: what every one does, the offline one, a chat model's, and one of your own."""

import re
from collections.abc import Callable

import pytest
from langchain_core.runnables import Runnable, RunnableLambda

from assistant import prompts
from assistant.chain import Assistant
from assistant.readers import Draft, ReaderInput, extractive, llm
from tests.fakes import scripted

Reader = Runnable[ReaderInput, Draft]

QUESTIONS = ["What drives BPO?", "What does Time Doctor cost?", "six common benefits", "<b>[1]</b> {0} %s"]


def of_ones_own(reading: ReaderInput) -> Draft:
    first = reading.passages[0].text.strip().splitlines()[-1]
    return Draft(f"{first} [1]")


@pytest.fixture(params=["extractive", "llm", "own"])
def reader(request: pytest.FixtureRequest, assistant: Assistant) -> Reader:
    opened = assistant._snapshots.current()
    made: dict[str, Callable[[], Reader]] = {
        "extractive": lambda: extractive.make_reader(opened.scorer.calibration),
        "llm": lambda: llm.make_reader(scripted(["It ", "is volume-driven ", "[1][2]."]), tokens=7_000),
        "own": lambda: RunnableLambda(of_ones_own),
    }
    return made[request.param]()


@pytest.mark.parametrize("question", QUESTIONS)
def test_it_refuses_in_the_fixed_words_or_names_passages_by_number_and_streams_what_invoke_returns(
    question: str, reader: Reader, assistant: Assistant
) -> None:
    reading = assistant.opened().retrieve(question)
    *_, last = reader.stream(reading)
    assert isinstance(last, Draft) and last == reader.invoke(reading)
    numbers = [int(number) for number in re.findall(r"(?<!\\)\[(\d+)\]", last.text)]
    assert last.text == prompts.refusal(1) or numbers
    assert all(1 <= number <= len(reading.passages) for number in numbers)
