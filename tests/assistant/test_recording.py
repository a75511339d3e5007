"""A run with a chat model, kept and repeated without it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import HumanMessage
from langchain_core.messages.ai import InputTokenDetails, UsageMetadata

from assistant.answers import Answer
from assistant.chain import Assistant
from assistant.model_calls import reply_of
from assistant.model_faults import ModelFault
from assistant.recording import EXCHANGES, Recorder, Replayer, read_recording
from ingest.errors import UserError
from tests.assistant.conftest import DRIVES
from tests.fakes import FakeChatModel, replying

With = Callable[[Any], Assistant]
NAME = "openai:gpt-4o"


@pytest.fixture
def answering(assistant: Assistant) -> With:
    return lambda model: Assistant(assistant._settings, model, assistant._snapshots)


def recorder(folder: Path, model: FakeChatModel) -> Recorder:
    return Recorder(name_of_model=NAME, model=model, folder=folder)


def test_a_recorded_run_is_repeated_word_for_word_and_no_other(tmp_path: Path, answering: With) -> None:
    usage = UsageMetadata(input_tokens=1_000_000, output_tokens=100_000, total_tokens=1_100_000)
    usage["input_token_details"] = InputTokenDetails(cache_read=400_000)
    model = replying(lambda _: "It is volume-driven [1].", usage=usage)
    first: Answer = answering(recorder(tmp_path, model)).chain.invoke(DRIVES)
    replayed = answering(Replayer(name_of_model=NAME, folder=tmp_path)).chain
    assert replayed.invoke(DRIVES).model_copy(update={"seconds": first.seconds}) == first
    assert first.model == NAME and first.usage.cost_usd == pytest.approx(1.5 + 0.5 + 1.0)
    (exchange,) = read_recording(tmp_path)
    assert [message.role for message in exchange.messages] == ["system", "human"]
    assert exchange.reply == "It is volume-driven [1]." and DRIVES in exchange.messages[1].text
    with pytest.raises(UserError, match=r"has no such request: .* Record it anew with --record\."):
        replayed.invoke("What drives KPO?")


def test_what_was_asked_twice_is_answered_as_it_was_then(tmp_path: Path) -> None:
    replies = iter(["one", "two"])
    kept = recorder(tmp_path, replying(lambda _: next(replies)))
    assert [kept.invoke("same").text for _ in range(2)] == ["one", "two"]
    replayed = Replayer(name_of_model=NAME, folder=tmp_path)
    assert [replayed.invoke("same").text for _ in range(3)] == ["one", "two", "two"]


def test_a_fault_is_kept_as_what_it_was(tmp_path: Path) -> None:
    with pytest.raises(ModelFault, match="it took too long"):
        reply_of(recorder(tmp_path, replying(lambda _: TimeoutError())), [HumanMessage("x")])
    assert len(read_recording(tmp_path)) == 3, "with every attempt"
    with pytest.raises(ModelFault, match="it took too long"):
        reply_of(Replayer(name_of_model=NAME, folder=tmp_path), [HumanMessage("x")])


@pytest.mark.parametrize("content", ["", "{}\n"])
def test_a_folder_without_a_recording_is_one_line(content: str, tmp_path: Path) -> None:
    (tmp_path / EXCHANGES).write_text(content)
    with pytest.raises(UserError, match=r"is no recording .* Make one: bpo-kpo evaluate SET --record DIR$"):
        read_recording(tmp_path)
