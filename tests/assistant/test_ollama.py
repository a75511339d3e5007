"""Another provider's package, as LangChain opens it: Ollama by its own interface, from a scripted server."""

import json
from collections.abc import Callable

import pytest

from assistant.chain import Assistant
from assistant.prompts import CUT_SHORT
from assistant.settings import AssistantSettings
from ingest.errors import SettingsError
from tests.assistant.conftest import DRIVES, QUOTE, Asking
from tests.model_server import ModelServer, Script, model_server, reply

Opened = Callable[[ModelServer], Assistant]

STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"


def part(text: str, **more: object) -> bytes:
    """One line of a reply, in the chunks that Ollama sends."""
    line = {"model": "m", "message": {"role": "assistant", "content": text}, "done": False, **more}
    data = json.dumps(line).encode() + b"\n"
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


@pytest.fixture
def opened(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """An assistant that asks a model of the server, for which it waits a second at most."""

    def make(server: ModelServer) -> Assistant:
        monkeypatch.setenv("OLLAMA_HOST", server.url.removesuffix("/v1"))
        return asking(server, model="ollama:m:8b", timeout=1.0)

    return make


@pytest.mark.parametrize(("reason", "notices"), [("stop", ()), ("length", (CUT_SHORT,))])
def test_an_answer_is_streamed_counted_and_asked_for_within_the_window(
    reason: str, notices: tuple[str, ...], opened: Opened
) -> None:
    ending = part(" [1]", done=True, done_reason=reason, prompt_eval_count=1_000, eval_count=20)
    with model_server([STREAM, part(QUOTE[:20]), 0.2, part(QUOTE[20:]), ending, END]) as server:
        answers = list(opened(server).chain.stream(DRIVES))
        (asked,) = server.asked
    first, last = answers[0], answers[-1]
    assert first.text == QUOTE[:20].strip()
    assert (last.text, last.model, last.notices) == (f"{QUOTE} [1]", "ollama:m:8b", notices)
    assert (last.usage.input_tokens, last.usage.output_tokens) == (1_000, 20)
    assert (asked.path, asked.body["model"], asked.body["stream"]) == ("/api/chat", "m:8b", True)
    assert asked.body["options"]["num_ctx"] == AssistantSettings().context


@pytest.mark.parametrize(
    ("script", "times", "cause"),
    [
        ([STREAM, part("BPO is"), part("", error="out of memory")], 3, "could not be read (ResponseError)"),
        ([STREAM, part("BPO is")], 3, "broke off"),
        ([STREAM, part("BPO is"), 2.0], 3, "took too long"),
    ],
    ids=["error within", "broken off", "silent"],
)
def test_a_fault_falls_back_to_the_offline_reader(script: Script, times: int, cause: str, opened: Opened) -> None:
    with model_server(script) as server:
        answer = opened(server).chain.invoke(DRIVES)
    assert answer.model == "extractive" and answer.answered
    assert any(cause in notice for notice in answer.notices), answer.notices
    assert len(server.asked) == times


def test_a_model_that_is_not_there_is_named(opened: Opened) -> None:
    unknown = [reply({"error": "model 'm:8b' not found"}, "404 Not Found")]
    with model_server(unknown) as server, pytest.raises(SettingsError, match="does not know this model"):
        opened(server).chain.invoke(DRIVES)
