"""A chat model whose server is only near OpenAI's: what it leaves out, ends otherwise or refuses to take."""

import json
import threading
from typing import Any, cast

import pytest

from assistant import prompts
from assistant.answers import Answer
from tests.assistant.conftest import DRIVES, QUOTE, Asking
from tests.model_server import DONE, STREAM, Asked, Script, error, event, model_server, reply, streamed

SAID = event(f"{QUOTE} [1]")
MESSAGE = {"role": "assistant", "content": f"{QUOTE} [1]"}
DOCUMENT = {"model": "m", "choices": [{"index": 0, "message": MESSAGE, "finish_reason": "stop"}]}

WHOLE_REPLIES: dict[str, Script] = {
    "done": [STREAM, SAID, DONE],
    "a word of its own, done": [STREAM, SAID, event(finish="eos_found"), DONE],
    "a whole body": [reply(SAID, content="text/event-stream")],
    "an end, and no more": [STREAM, SAID, event(finish="stop")],
    "a document": [reply(DOCUMENT)],
    "a document without length": [STREAM, json.dumps(DOCUMENT, indent=2).encode()],
}


@pytest.mark.parametrize("script", WHOLE_REPLIES.values(), ids=WHOLE_REPLIES)
def test_what_is_whole_is_an_answer_however_its_server_ends_it(script: Script, asking: Asking) -> None:
    with model_server(script) as server:
        answer: Answer = asking(server).chain.invoke(DRIVES)
    assert (answer.text, answer.model, answer.notices) == (f"{QUOTE} [1]", "openai:m", ())
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "loud", [("<think>Volume? [2]</think>",), ("[THINK]", "Volume? [2]", "[/THINK]"), ("Volume? [2][/THINK]",)]
)
def test_what_is_thought_aloud_takes_its_time_and_is_no_answer(loud: tuple[str, ...], asking: Asking) -> None:
    thought = b'data: {"choices": [{"index": 0, "delta": {"reasoning_content": "So."}}]}\n\n'
    slowly = [part for _ in range(4) for part in (thought, 0.2)]  # longer than a silent server is waited for
    with model_server([STREAM, *slowly, *map(event, loud), SAID, event(finish="stop"), DONE]) as server:
        answers: list[Answer] = list(asking(server, timeout=0.5).chain.stream(DRIVES))
    assert {answer.text for answer in answers} == {f"{QUOTE} [1]"}
    assert len(server.asked) == 1


def test_an_answer_without_end_is_cut_short_but_not_what_is_thought_before(asking: Asking) -> None:
    endless = [event("volume " * 100)] * 20
    thought = [event("<think>"), *endless, event("</think>")]
    with model_server([STREAM, *thought, SAID, *endless, Asked.wait_until_left]) as server:
        answer: Answer = asking(server, timeout=20.0).chain.invoke(DRIVES)
        assert server.asked[0].left.wait(5)
    assert answer.text.startswith(QUOTE) and 500 < answer.text.count("volume ") <= 700
    assert answer.notices == (prompts.CUT_SHORT,)


def refusing(told: Any, status: str = "400 Bad Request") -> Script:
    """An error with a message as OpenAI sends it, or with a body of a server's own."""
    return error(status, message=told) if isinstance(told, str) else [reply(told, status)]


# as FastAPI says it; some servers send with it all that they were sent
SENT = {"stream_options": {"include_usage": True}, "temperature": 0, "max_completion_tokens": 4_096}
EXTRA = {"loc": ["body", "max_completion_tokens"], "msg": "Extra inputs are not permitted", "input": SENT}


@pytest.mark.parametrize(
    ("told", "status", "left_out"),
    [
        ("Unrecognized argument supplied: stream_options", "400 Bad Request", "stream_options"),
        ("Unrecognized argument supplied: stream_options", "500 Internal Server Error", "stream_options"),
        ("No 'max_completion_tokens': use 'max_tokens'.", "400 Bad Request", "max_completion_tokens"),
        ({"object": "error", "message": {"detail": [EXTRA]}}, "400 Bad Request", "max_completion_tokens"),
        ({"error": {"message": "Invalid", "param": "temperature"}}, "400 Bad Request", "temperature"),
    ],
)
def test_what_a_server_refuses_to_take_is_left_out_once_and_for_all(
    told: Any, status: str, left_out: str, asking: Asking
) -> None:
    with model_server(refusing(told, status), streamed(QUOTE, " [1]", usage=None)) as server:
        assistant = asking(server)
        cast("Any", assistant.chat_model).temperature = 0.0
        answers = [assistant.chain.invoke(DRIVES) for _ in range(2)]
    assert {(answer.text, answer.notices) for answer in answers} == {(f"{QUOTE} [1]", ())}
    assert answers[0].usage.input_tokens > 0  # counted here where the server does not
    assert [left_out in asked.body for asked in server.asked] == [True, False, False]
    assert all("max_tokens" in asked.body for asked in server.asked[1:]) == (left_out == "max_completion_tokens")


@pytest.mark.parametrize(
    "message",
    [
        "Conversation roles must alternate user/assistant/user/assistant/...",
        {"detail": [{"loc": ["body", "messages", 0, "role"], "msg": "Input should be 'user' or 'assistant'"}]},
    ],
)
def test_a_server_that_knows_no_system_is_told_the_rules_by_the_user(message: Any, asking: Asking) -> None:
    with model_server(refusing(message), streamed(QUOTE, " [1]")) as server:
        answer: Answer = asking(server).chain.invoke(DRIVES)
    assert answer.text == f"{QUOTE} [1]"
    (rules, asked), (both,) = (asked.body["messages"] for asked in server.asked)
    assert both == {"role": "user", "content": f"{rules['content']}\n\n{asked['content']}"}


def test_a_server_may_refuse_several_things_but_each_once(asking: Asking) -> None:
    refused = [
        refusing(f"{name} is not permitted")
        for name in ("stream_options", "max_completion_tokens", "max_tokens", "max_tokens")
    ]
    with model_server(*refused) as server:
        answer: Answer = asking(server).chain.invoke(DRIVES)
    assert answer.model == "extractive" and "(400)" in answer.notices[0]
    sent = [{"stream_options", "max_completion_tokens", "max_tokens"} & set(a.body) for a in server.asked]
    assert sent == [{"stream_options", "max_completion_tokens"}, {"max_completion_tokens"}, {"max_tokens"}, set()]


def test_two_who_are_refused_the_same_at_once_both_ask_again(asking: Asking) -> None:
    both = threading.Barrier(2)
    refused = [lambda _: both.wait(5) and None, *refusing("stream_options?")]
    with model_server(refused, refused, streamed(QUOTE, " [1]", usage=None)) as server:
        answers = asking(server, timeout=20.0).chain.batch([DRIVES, "Is BPO volume-driven?"])
    assert [(answer.text, answer.notices) for answer in answers] == [(f"{QUOTE} [1]", ())] * 2
    assert len(server.asked) == 4
