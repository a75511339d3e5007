"""A run with a chat model, kept and repeated without it."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import HumanMessage
from langchain_core.messages.ai import InputTokenDetails, UsageMetadata

from assistant import model_calls
from assistant.answers import Answer
from assistant.chain import Assistant
from assistant.model_calls import reply_of
from assistant.model_faults import ModelFault
from assistant.models import open_chat_model
from assistant.recording import EXCHANGES, Recorder, Replayer, read_recording
from assistant.settings import AssistantSettings
from ingest.errors import UserError
from tests.assistant.conftest import DRIVES
from tests.fakes import FakeChatModel, replying
from tests.model_server import STREAM, Script, error, event, model_server, streamed

With = Callable[[Any], Assistant]


@pytest.fixture
def answering(assistant: Assistant) -> With:
    return lambda model: Assistant(assistant._settings, model, assistant._snapshots)


def recorder(folder: Path, model: FakeChatModel) -> Recorder:
    return Recorder(name_of_model="openai:gpt-4o", model=model, folder=folder)


def test_a_recorded_run_is_repeated_word_for_word(tmp_path: Path, answering: With) -> None:
    usage = UsageMetadata(input_tokens=1_000_000, output_tokens=100_000, total_tokens=1_100_000)
    usage["input_token_details"] = InputTokenDetails(cache_read=400_000)
    model = replying(lambda _: "It is volume-driven [1].", usage=usage)
    first: Answer = answering(recorder(tmp_path, model)).chain.invoke(DRIVES)
    again: Answer = answering(Replayer(name_of_model="openai:gpt-4o", folder=tmp_path)).chain.invoke(DRIVES)
    assert again.model_copy(update={"seconds": first.seconds}) == first
    assert first.model == "openai:gpt-4o" and first.usage.cost_usd == pytest.approx(1.5 + 0.5 + 1.0)
    (exchange,) = read_recording(tmp_path)
    assert [message.role for message in exchange.messages] == ["system", "human"]
    assert exchange.reply == "It is volume-driven [1]." and DRIVES in exchange.messages[1].text


def test_a_request_that_is_not_in_it_fails(tmp_path: Path, answering: With) -> None:
    answering(recorder(tmp_path, replying(lambda _: "Volume [1]."))).chain.invoke(DRIVES)
    replayed = answering(Replayer(name_of_model="openai:gpt-4o", folder=tmp_path))
    with pytest.raises(UserError, match=r"has no such request: .* Record it anew with --record\."):
        replayed.chain.invoke("What drives KPO?")


def test_what_was_asked_twice_is_answered_as_it_was_then(tmp_path: Path) -> None:
    replies = iter(["one", "two"])
    kept = recorder(tmp_path, replying(lambda _: next(replies)))
    assert [reply_of(kept, [HumanMessage("same")]).text, kept.invoke("same").text] == ["one", "two"]
    replayed = Replayer(name_of_model="openai:gpt-4o", folder=tmp_path)
    said = [str(reply_of(replayed, [HumanMessage("same")]).text) for _ in range(2)]
    assert [*said, replayed.invoke("same").text] == ["one", "two", "two"]


@pytest.mark.parametrize("script", [[STREAM, event("Half")], streamed(""), [STREAM, event("Half"), 2.0]])
def test_a_reply_that_is_none_is_kept_as_the_fault_that_it_was(script: Script, tmp_path: Path) -> None:
    with model_server(script) as server:
        settings = AssistantSettings.model_validate({"ingest": {"openai_base_url": server.url}, "timeout": 0.5})
        model = open_chat_model("openai:m", settings)
        with pytest.raises(ModelFault) as recorded:
            reply_of(Recorder(name_of_model="openai:m", model=model, folder=tmp_path), [HumanMessage("x")])
    kept = read_recording(tmp_path)
    assert kept and all(one.fault and one.fault.cause == recorded.value.cause for one in kept)
    with pytest.raises(ModelFault) as replayed:
        reply_of(Replayer(name_of_model="openai:m", folder=tmp_path), [HumanMessage("x")])
    assert replayed.value.cause == recorded.value.cause


def test_a_second_attempt_is_replayed_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_calls, "_BACKOFF", lambda _: 5.0)
    with model_server(error("503 Service Unavailable", retry_after="0"), streamed("Volume")) as server:
        settings = AssistantSettings.model_validate({"ingest": {"openai_base_url": server.url}})
        model = Recorder(name_of_model="openai:m", model=open_chat_model("openai:m", settings), folder=tmp_path)
        assert reply_of(model, [HumanMessage("x")]).text == "Volume"
    assert [one.fault is None for one in read_recording(tmp_path)] == [False, True]
    started = time.perf_counter()
    assert reply_of(Replayer(name_of_model="openai:m", folder=tmp_path), [HumanMessage("x")]).text == "Volume"
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize("content", [None, "", "{}\n"])
def test_a_folder_without_a_recording_is_one_line(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / EXCHANGES).write_text(content)
    with pytest.raises(UserError, match=r"is no recording .* Make one: bpo-kpo evaluate SET --record DIR$"):
        read_recording(tmp_path)
