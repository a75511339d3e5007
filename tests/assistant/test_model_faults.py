"""A chat model behind a real socket: what becomes of an answer when its server does not do as it should."""

import gc
import json
import threading
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any, cast

import pytest
from langchain_core.messages import HumanMessage

from assistant.answers import Answer
from assistant.chain import Assistant
from assistant.model_calls import STOP, Stopped, ask_model
from assistant.recording import EXCHANGES, Recorder
from ingest.errors import SettingsError
from tests.assistant.conftest import DRIVES, KEY, QUOTE, Asking
from tests.model_server import DONE, STREAM, Asked, Script, error, event, model_server, streamed


def test_an_answer_is_streamed_and_counted_as_the_server_counts_in_the_end(asking: Asking) -> None:
    first = event(QUOTE[:20], usage=(900, 5), cached=512)
    second = event(QUOTE[20:], usage=(900, 12), cached=768)
    last = event(" [1]", usage=(1_000, 20), finish="stop")
    with model_server([STREAM, first, 0.1, second, 0.1, last, DONE]) as server:
        answers: list[Answer] = list(asking(server).chain.stream(DRIVES))
    assert answers[0].text == QUOTE[:20].strip()
    assert answers[-1].text == f"{QUOTE} [1]"
    assert [s.support for s in answers[-1].sentences] == ["quoted"]
    usage = answers[-1].usage
    assert (usage.input_tokens, usage.cached_tokens, usage.output_tokens) == (1_000, 768, 20)
    (asked,) = server.asked
    assert asked.path == "/v1/chat/completions" and asked.body["stream"] is True
    assert asked.headers["authorization"] == f"Bearer {KEY}"


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

FAULTS: dict[str, tuple[Script, int, str]] = {
    # what happens: what the server does, how often it is asked, what the notice says
    "too many requests": (error("429 Too Many Requests", Retry_After="0"), 3, "asked too often (429)"),
    "asked to wait long": (error("429 Too Many Requests", Retry_After="3600"), 1, "asked too often (429)"),
    "too often, within": (failing("slow down", 429), 3, "asked too often (429)"),
    "no credit": (error("429 Too Many Requests", "insufficient_quota"), 1, "no credit left (429)"),
    "server error": (error("503 Service Unavailable", "overloaded"), 3, "an error (503, overloaded)"),
    "silent": ([STREAM, event("BPO is"), 5.0], 3, "took too long"),
    "cut off": ([STREAM, event("BPO is", finish="giving_up")], 3, "broke off"),
    "no JSON in the stream": ([STREAM, event("BPO is"), b"data: {not json\n\n"], 3, "no valid JSON"),
    "an empty answer": (streamed("", " \n"), 3, "empty"),
    "the provider refuses": (streamed("BPO", finish="content_filter"), 1, "refused to answer"),
    "refuses in a field of its own": ([STREAM, REFUSING, event(finish="stop"), DONE], 1, "refused to answer"),
    "thinks to the end": (streamed("", finish="length"), 1, "used up its tokens before it answered"),
    "a window of nothing": (error("400 Bad Request", message="context length 9"), 5, "set BPO_KPO_CONTEXT"),
    "a tool is called": (streamed("BPO is", finish="tool_calls"), 1, "gave no answer in words"),
}


@pytest.mark.parametrize(("script", "times", "cause"), FAULTS.values(), ids=FAULTS)
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


def test_after_a_passing_fault_it_is_asked_again_when_the_server_allows_it(asking: Asking) -> None:
    with model_server(error("429 Too Many Requests", Retry_After="1"), streamed(QUOTE, " [1]")) as server:
        answer: Answer = asking(server).chain.invoke(DRIVES)
    assert answer.text == f"{QUOTE} [1]" and answer.model == "openai:m" and not answer.notices
    first, second = server.asked
    assert second.at - first.at >= 1.0


@pytest.mark.parametrize(
    ("script", "remedy"),
    [
        (failing(f"Incorrect API key: {KEY}", "401"), r"refused the key\. Mend it in \.env \(for openai"),
        (error("404 Not Found"), r"does not know this model\. Name another .*, or mend OPENAI_BASE_URL"),
        (error("400 Bad Request", "model_not_found"), r"does not know this model\. Name another"),
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


@pytest.mark.parametrize("sent", [[], [STREAM, event("BPO"), event(" is")]])
def test_a_stop_ends_the_request_at_the_server(sent: Script, asking: Asking) -> None:
    with model_server([*sent, Asked.wait_until_left]) as server:
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
    with model_server([STREAM, event("BPO"), event(" is"), event(" good"), Asked.wait_until_left]) as server:
        stream = cast("Generator[Answer, None, None]", asking(server, timeout=20.0).chain.stream(DRIVES))
        next(stream)
        stream.close()
        del stream
        gc.collect()
        assert server.asked[0].left.wait(5)
    assert len(server.asked) == 1
