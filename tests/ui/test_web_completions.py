"""The assistant as a model of OpenAI's chat completions: asked by the clients that programs use."""

import httpx
import openai
import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from assistant.answers import Answer, Ask
from tests.ui.browser import served
from tests.ui.scripted import AT, FEEDBACK, QUOTE, ScriptedAssistant

pytestmark = pytest.mark.xdist_group("web")

ASKED = "What drives BPO?"
TEXT = "BPO is **volume-driven**. [1]"


@pytest.fixture
def client(scripted: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{scripted}v1", api_key="none", max_retries=0)


def asks(content: object) -> dict[str, object]:
    return {"role": "user", "content": content}


def test_it_is_a_model_among_the_models(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == [client.models.retrieve("bpo-kpo").id] == ["bpo-kpo"]


def test_an_answer_has_its_quotes_below_and_its_citations_as_annotations(
    client: openai.OpenAI, scripted: str
) -> None:
    found = client.chat.completions.create(model="bpo-kpo", messages=[asks(ASKED)], temperature=0)  # type: ignore[list-item]
    (choice,) = found.choices
    content = choice.message.content or ""
    assert choice.finish_reason == "stop" and content.startswith(TEXT) and QUOTE in content
    (annotation,) = choice.message.annotations or []
    cited = annotation.url_citation
    assert content[cited.start_index : cited.end_index] == "[1]"
    assert cited.url == f"{scripted}#at-{AT}-{AT + len(QUOTE)}-a.md" and cited.title == "1. Driving force"


def test_a_stream_sends_lines_as_they_are_done_and_ends_as_the_whole(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(model="bpo-kpo", messages=[asks(ASKED)])  # type: ignore[list-item]
    chunks = list(client.chat.completions.create(model="bpo-kpo", messages=[asks(ASKED)], stream=True))  # type: ignore[call-overload]
    pieces = [choice.delta.content or "" for chunk in chunks for choice in chunk.choices]
    assert "".join(pieces) == whole.choices[0].message.content
    assert chunks[-1].usage is None and chunks[-1].choices[0].finish_reason == "stop"


def test_the_messages_before_the_last_are_the_turns_before_it(client: openai.OpenAI) -> None:
    said = [
        {"role": "system", "content": "Be brief."},
        asks(ASKED),
        {"role": "assistant", "content": "Volume."},
        asks([{"type": "text", "text": "And KPO?"}, {"type": "image_url", "image_url": {"url": "data:,"}}]),
    ]
    found = client.chat.completions.create(model="bpo-kpo", messages=said)  # type: ignore[arg-type]
    assert f"Asked before: 1 {ASKED}" in (found.choices[0].message.content or "")


def test_langchain_speaks_to_it(scripted: str) -> None:
    model = ChatOpenAI(base_url=f"{scripted}v1", api_key=SecretStr("none"), model="bpo-kpo", max_retries=0)
    said = [HumanMessage(ASKED), AIMessage("Volume."), HumanMessage("And KPO?")]
    assert str(model.invoke(said).text).startswith(TEXT)
    assert "".join(str(piece.text) for piece in model.stream(said)).startswith(TEXT)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("messages", "said"),
    [
        ([], "There is no question"),
        ([{"role": "assistant", "content": "Hello."}], "There is no question"),
        ([asks(" ")], "The question is empty"),
        ([{"content": "Oh."}], "That is no chat completion"),
        ([asks("What key?")], "was</b> refused"),
    ],
)
def test_a_mistake_is_one_line(client: openai.OpenAI, messages: list[object], said: str, stream: bool) -> None:
    with pytest.raises(openai.APIError, match=said):
        list(client.chat.completions.create(model="bpo-kpo", messages=messages, stream=stream))  # type: ignore[call-overload]


def test_a_document_cannot_put_a_link_or_an_image_into_it() -> None:
    class Hostile(ScriptedAssistant):
        def answer(self, ask: Ask) -> Answer:
            text = "![x](https://evil.example/a.png) <img src=x> [1]"
            return super().answer(ask).model_copy(update={"text": text})

    with served(Hostile(), FEEDBACK) as address:
        body = {"messages": [asks(ASKED)]}
        reply = httpx.post(f"{address}v1/chat/completions", json=body, trust_env=False, timeout=60)
        content = reply.json()["choices"][0]["message"]["content"]
        assert "](https" not in content and "\\<img" in content


def test_with_logins_it_is_not_there() -> None:
    with served(ScriptedAssistant(), FEEDBACK, [("ada", "secret")]) as address:
        body = {"messages": [asks(ASKED)]}
        reply = httpx.post(f"{address}v1/chat/completions", json=body, trust_env=False, timeout=60)
        assert reply.status_code in (401, 404, 405) and "BPO is" not in reply.text
