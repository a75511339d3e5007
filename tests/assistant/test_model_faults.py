"""A chat model behind a real socket: what becomes of an answer when its server does not do as it should."""

import asyncio
import gc
import json
import threading
import time
from collections.abc import AsyncIterator, Generator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, cast

import httpx
import openai
import pytest
from langchain_core.messages import AIMessageChunk, HumanMessage
from langchain_core.outputs import ChatGenerationChunk
from pydantic import Field

from assistant.answers import Answer
from assistant.chain import Assistant
from assistant.model_calls import STOP, Stopped, ask_model
from assistant.model_faults import ModelFault, fault
from assistant.recording import EXCHANGES, Recorder
from ingest.errors import SettingsError
from ingest.settings import IngestSettings
from tests.assistant.conftest import DRIVES, KEY, QUOTE, Asking
from tests.fakes import FakeChatModel
from tests.model_server import DONE, STREAM, Script, error, event, model_server, reply, streamed


def test_an_answer_is_streamed_and_counted_as_the_server_counts(asking: Asking) -> None:
    slowly = [part for sent in streamed(QUOTE[:20], QUOTE[20:], " [1]", usage=(1_000, 20)) for part in (sent, 0.1)]
    with model_server(slowly) as server:
        answers: list[Answer] = list(asking(server).chain.stream(DRIVES))
    assert answers[0].text == QUOTE[:20].strip()
    assert answers[-1].text == f"{QUOTE} [1]"
    assert [s.support for s in answers[-1].sentences] == ["quoted"]
    assert (answers[-1].usage.input_tokens, answers[-1].usage.output_tokens) == (1_000, 20)
    (asked,) = server.asked
    assert asked.path == "/v1/chat/completions" and asked.body["stream"] is True
    assert asked.headers["authorization"] == f"Bearer {KEY}"


def test_a_server_that_counts_in_each_chunk_is_not_added_up(asking: Asking) -> None:
    first, second = event(QUOTE, usage=(900, 5), cached=512), event(" [1]", usage=(900, 12), cached=768)
    with model_server([STREAM, first, second, event(usage=(1_000, 20), finish="stop"), DONE]) as server:
        usage = asking(server).chain.invoke(DRIVES).usage
    assert (usage.input_tokens, usage.cached_tokens, usage.output_tokens) == (1_000, 768, 20)


def test_what_comes_while_an_answer_is_looked_at_is_looked_at_together(asking: Asking) -> None:
    words = [f"{word} " for word in (QUOTE + " ").split() * 30]
    with model_server(streamed(*words)) as server:
        stream = asking(server).chain.stream(DRIVES)
        first = next(stream)
        time.sleep(0.5)  # who looks is slow
        rest = list(stream)
    assert first.text.count("workforce") < rest[-1].text.count("workforce") == 30
    assert len(rest) < len(words) / 4


def failing(message: str, code: int | str = "") -> Script:
    """A stream that breaks off with an error as OpenAI sends it."""
    said = json.dumps({"error": {"message": message, "code": code}})
    return [STREAM, event("BPO is"), f"data: {said}\n\n".encode()]


REFUSING = b'data: {"choices": [{"index": 0, "delta": {"content": null, "refusal": "I cannot."}}]}\n\n'

FAULTS: list[tuple[str, Script, int, str]] = [
    # what happens, what the server does, how often it is asked, what the notice says
    ("too many requests", error("429 Too Many Requests", Retry_After="0"), 3, "asked too often (429)"),
    ("asked to wait long", error("429 Too Many Requests", Retry_After="3600"), 1, "asked too often (429)"),
    ("no credit", error("429 Too Many Requests", "insufficient_quota"), 1, "no credit left (429)"),
    ("server error", error("503 Service Unavailable", "overloaded"), 3, "an error (503, overloaded)"),
    ("no first word", [5.0], 3, "took too long"),
    ("silence within", [STREAM, event("BPO is"), 5.0], 3, "took too long"),
    ("cut off within", [STREAM, event("BPO is")], 3, "broke off"),
    ("no JSON in the stream", [STREAM, event("BPO is"), b"data: {not json\n\n"], 3, "no valid JSON"),
    ("an empty answer", streamed("", " \n"), 3, "empty"),
    ("the provider refuses", streamed("BPO", finish="content_filter"), 1, "refused to answer"),
    ("refuses in a field of its own", [STREAM, REFUSING, event(finish="stop"), DONE], 1, "refused to answer"),
    ("cut off after a word of its own", [STREAM, event("BPO is", finish="giving_up")], 3, "broke off"),
    ("thinks to the end", streamed("", finish="length"), 1, "used up its tokens before it answered"),
    ("a window of nothing", error("400 Bad Request", message="context length is 9"), 5, "set BPO_KPO_CONTEXT to"),
    ("an error as a document", [reply({"error": {"message": "x", "code": 429}})], 3, "asked too often (429)"),
    ("a tool is called", streamed("BPO is", finish="tool_calls"), 1, "gave no answer in words"),
    ("too often, within", failing("slow down", 429), 3, "asked too often (429)"),
]


@pytest.mark.parametrize(
    ("script", "times", "cause"), [fault[1:] for fault in FAULTS], ids=[name for name, *_ in FAULTS]
)
def test_the_offline_reader_steps_in(
    script: Script, times: int, cause: str, asking: Asking, assistant: Assistant
) -> None:
    timeout = 0.2 if "too long" in cause else 5.0
    with model_server(script) as server:
        answer: Answer = asking(server, timeout=timeout).chain.invoke(DRIVES)
    offline = assistant.chain.invoke(DRIVES)
    assert (answer.text, answer.model) == (offline.text, "extractive")
    (notice,) = answer.notices
    assert cause in notice and notice.startswith("The offline reader answers")
    assert len(server.asked) == times
    assert "too long" not in cause or answer.seconds.total >= times * timeout  # the wait for the model counts
    assert KEY not in answer.model_dump_json()


def test_who_measures_the_model_gets_the_fault_instead(asking: Asking) -> None:
    with model_server(streamed("")) as server, pytest.raises(ModelFault, match=r"answer was empty\. Ask again"):
        asking(server).chain_of_model.invoke(DRIVES)


def test_after_a_passing_fault_it_is_asked_again_when_the_server_allows_it(asking: Asking) -> None:
    with model_server(error("429 Too Many Requests", Retry_After="1"), streamed(QUOTE, " [1]")) as server:
        answer: Answer = asking(server).chain.invoke(DRIVES)
    assert answer.text == f"{QUOTE} [1]" and answer.model == "openai:m" and not answer.notices
    first, second = server.asked
    assert second.at - first.at >= 1.0


def test_also_by_a_date_of_its_own_clock() -> None:
    now = datetime.now(UTC) + timedelta(hours=1)
    headers = {"Retry-After": format_datetime(now + timedelta(seconds=10)), "Date": format_datetime(now)}
    response = httpx.Response(429, headers=headers, request=httpx.Request("POST", "http://localhost"))
    found = fault(openai.RateLimitError("slow down", response=response, body=None))
    assert isinstance(found, ModelFault) and found.wait is not None and 8 < found.wait <= 10


NO_KEY, NO_MODEL = r"refused the key\. Mend it in \.env \(for openai", r"does not know this model\. Name another"
TOLD = f"Incorrect API key provided: {KEY}"


@pytest.mark.parametrize(
    ("script", "remedy"),
    [
        (error("401 Unauthorized", message=TOLD), NO_KEY),
        (failing(TOLD, "401"), NO_KEY),
        (error("404 Not Found"), rf"{NO_MODEL} .*, or mend OPENAI_BASE_URL"),
        (error("400 Bad Request", "model_not_found"), NO_MODEL),
    ],
)
def test_a_wrong_key_or_model_is_for_a_person_to_mend(script: Script, remedy: str, asking: Asking) -> None:
    with model_server(script) as server, pytest.raises(SettingsError, match=remedy) as caught:
        asking(server).chain.invoke(DRIVES)
    assert len(server.asked) == 1 and KEY not in str(caught.value)


def test_a_key_that_its_server_repeats_is_not_in_an_answer_also_while_it_grows(
    asking: Asking, tmp_path: Path
) -> None:
    pieces = [KEY[at : at + 3] for at in range(0, len(KEY), 3)]
    slowly = [part for sent in streamed("Your key: ", *pieces, " It is 1.") for part in (sent, 0.06)]
    with model_server(slowly) as server:
        assistant = asking(server)
        answers: list[Answer] = list(assistant.chain.stream(DRIVES))
        kept = Recorder(name_of_model="m", model=cast("Any", assistant.chat_model), folder=tmp_path)
        recorded = [str(reply.text) for reply in ask_model(kept, [HumanMessage("?")])]
    assert len(answers) > 5 and not any(KEY[: len(KEY) // 2] in answer.model_dump_json() for answer in answers)
    assert recorded[-1] == "Your key: ... It is 1." and KEY[:10] not in (tmp_path / EXCHANGES).read_text()


def test_a_follow_up_that_is_not_rewritten_is_so_without_the_model(asking: Asking) -> None:
    with model_server(error("500 Internal Server Error"), streamed(QUOTE, " [1]")) as server:
        answer: Answer = asking(server).chain.invoke({"question": "And for KPO?", "history": [DRIVES]})
    assert answer.standalone_question == "What drives KPO?"
    assert answer.model == "openai:m" and not answer.notices
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("status", "message", "limited"),
    [
        ("400 Bad Request", "This model's maximum context length is 512", False),
        ("413 Content Too Large", "Payload too large", True),  # whatever the reply's limit is
    ],
)
def test_a_prompt_that_is_too_long_gives_way_to_what_was_retrieved_and_then_to_half_of_it(
    status: str, message: str, limited: bool, asking: Asking
) -> None:
    too_long = error(status, message=message)
    with model_server(too_long, too_long, too_long, streamed(QUOTE, " [1]")) as server:
        answer: Answer = asking(server).chain.invoke(DRIVES)
    assert answer.model == "openai:m" and answer.sentences[0].support == "quoted"
    assert ["max_completion_tokens" in asked.body for asked in server.asked] == [True, *3 * [limited]]
    counts = [asked.body["messages"][1]["content"].count("<passage ") for asked in server.asked]
    whole, retrieved, half = dict.fromkeys(counts[:3] if limited else counts)
    assert whole > retrieved == len(answer.passages) and half == retrieved // 2


# --- whoever asked does not wait any more


def left(asked: Any) -> None:
    asked.wait_until_left()


@pytest.mark.parametrize("script", [[left], [STREAM, event("BPO"), event(" is"), left]])
def test_a_stop_ends_the_request_at_the_server(
    script: Script, asking: Asking, ingest_settings: IngestSettings
) -> None:
    with model_server(script) as server:
        assistant, stop = asking(server, timeout=20.0), threading.Event()
        assistant.warm_up()
        threading.Thread(target=lambda: (server.came.acquire(), time.sleep(0.2), stop.set()), daemon=True).start()
        started = time.perf_counter()
        with pytest.raises(Stopped):
            list(assistant.chain.stream(DRIVES, {"configurable": {STOP: stop}}))
        assert time.perf_counter() - started < 10  # and not when the server was silent for too long
        assert server.asked[0].left.wait(5)
    assert len(server.asked) == 1


def test_closing_the_stream_ends_the_request_at_the_server(asking: Asking) -> None:
    with model_server([STREAM, event("BPO"), event(" is"), event(" good"), left]) as server:
        stream = cast("Generator[Answer, None, None]", asking(server, timeout=20.0).chain.stream(DRIVES))
        next(stream)
        stream.close()
        del stream
        gc.collect()
        assert server.asked[0].left.wait(5)
    assert len(server.asked) == 1


class Deaf(FakeChatModel):
    """A chat model whose client loses a cancelling, as `asyncio.wait_for` of Python 3.11 may, and then goes on."""

    closed: threading.Event = Field(default_factory=threading.Event)

    async def _astream(self, *args: Any, **kwargs: Any) -> AsyncIterator[ChatGenerationChunk]:
        said = ChatGenerationChunk(message=AIMessageChunk("BPO"))
        try:
            yield said
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(10)
            yield said
            await asyncio.sleep(10)
        finally:
            self.closed.set()


def test_a_request_whose_cancelling_is_lost_ends_all_the_same() -> None:
    model = Deaf(reply=lambda _: [])
    asked = cast("Generator[AIMessageChunk, None, None]", ask_model(model, [HumanMessage("?")]))
    assert next(asked).text == "BPO"
    asked.close()
    assert model.closed.wait(2)
