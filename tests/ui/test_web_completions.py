"""The assistant as a model of OpenAI's chat completions: asked by the clients that programs use."""

from typing import Any

import httpx
import openai
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.answers import Answer, Ask, EarlierTurn
from tests.ui.scripted import AT, QUOTE, ScriptedAssistant
from ui.web.completions import completions, content

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


def test_an_answer_has_quotes_below_and_citations_as_annotations(client: openai.OpenAI, scripted: str) -> None:
    found = client.chat.completions.create(model="bpo-kpo", messages=[asks(ASKED)], temperature=0)  # type: ignore[list-item]
    (choice,) = found.choices
    content = choice.message.content or ""
    assert choice.finish_reason == "stop" and content.startswith(TEXT)
    assert f"“{QUOTE}” (a.md:{AT}-" in content, "what is outside the checkout has no path"
    (annotation,) = choice.message.annotations or []
    cited = annotation.url_citation
    assert content[cited.start_index : cited.end_index] == "[1]"
    assert cited.url == f"{scripted}#at-{AT}-{AT + len(QUOTE)}-a.md" and cited.title == "1. Driving force"


def test_a_stream_sends_lines_as_they_are_done_and_ends_as_the_whole(client: openai.OpenAI) -> None:
    asked: Any = {"model": "bpo-kpo", "messages": [asks(ASKED)]}
    whole = client.chat.completions.create(**asked)
    chunks = list(client.chat.completions.create(**asked, stream=True))
    pieces = [choice.delta.content or "" for chunk in chunks for choice in chunk.choices]
    assert "".join(pieces) == whole.choices[0].message.content
    assert chunks[-1].usage is None and chunks[-1].choices[0].finish_reason == "stop"
    sent = [choice.delta.model_extra or {} for chunk in chunks for choice in chunk.choices]
    cited = [one["annotations"] for one in sent if "annotations" in one]
    assert cited == [[one.model_dump() for one in whole.choices[0].message.annotations or []]] != [[]]

    counted: Any = {**asked, "stream_options": {"include_usage": True}}
    *chunks, last = client.chat.completions.create(**counted, stream=True)
    assert last.choices == [] and last.usage.total_tokens == 0
    assert all(chunk.usage is None and "usage" in chunk.model_fields_set for chunk in chunks)


def test_the_messages_before_the_last_are_the_turns_before_it_and_documents_may_be_named() -> None:
    asked: list[Ask] = []

    class Listening(ScriptedAssistant):
        def answer(self, ask: Ask) -> Answer:
            asked.append(ask)
            return super().answer(ask)

    scripted = ScriptedAssistant()
    sent = content(scripted.suggest(scripted.answer(Ask(question=ASKED))))  # with quotes, and what may be asked
    app = FastAPI()
    app.include_router(completions(Listening()))  # type: ignore[arg-type]
    said = [
        {"role": "system", "content": "Be brief."},
        {"role": "assistant", "content": "How can I help?"},
        asks(ASKED),
        {"role": "assistant", "content": sent},
        asks("And KPO?"),
        {"role": "assistant", "content": None, "tool_calls": []},
        {"role": "tool", "tool_call_id": "1", "content": "sunny"},
        {"role": "assistant", "content": "Insight."},
        {"role": "assistant", "content": "Not volume."},
        {"role": "developer", "content": "Be long."},
        asks([{"type": "text", "text": "Why?"}, {"type": "image_url", "image_url": {"url": "data:,"}}]),
    ]
    TestClient(app).post("/v1/chat/completions", json={"messages": said, "within": ["Article B"]})
    first = EarlierTurn(question=ASKED, answer="BPO is **volume-driven**. [1]\n\n- Asked before: 0 ")
    second = EarlierTurn(question="And KPO?", answer="Insight.\n\nNot volume.")
    assert asked == [Ask(question="Why?", history=(first, second), within=("Article B",))]


MISTAKES = [
    ({"messages": []}, 400, "There is no question"),
    ({"messages": [asks(" ")]}, 400, "The question is empty"),
    ({"messages": [{"content": "Oh."}]}, 400, r"messages\.0\.role: Field required"),
    ({"messages": [asks(ASKED)], "model": "gpt-9"}, 404, "There is no model gpt-9"),
    ({"messages": [asks("What key?")]}, 500, "The key <b>was</b> refused"),
    ({"messages": [asks("A bug?")]}, 500, "it is not your question"),
]


@pytest.mark.parametrize(("body", "status", "said"), MISTAKES)
def test_what_is_wrong_is_one_line_and_whose_fault_it_is(
    client: openai.OpenAI, body: dict[str, Any], status: int, said: str
) -> None:
    patient = client.with_options(max_retries=2)  # which are of no use here
    with pytest.raises(openai.APIStatusError, match=said) as told:
        patient.chat.completions.create(**{"model": "bpo-kpo", **body})
    error = told.value
    assert error.status_code == status and "secret detail" not in str(error.body)
    assert error.type == ("server_error" if status == 500 else "invalid_request_error")
    assert (error.code == "model_not_found") == (status == 404)
    assert error.request.headers["x-stainless-retry-count"] == "0"
    with pytest.raises(openai.APIError, match=said):  # before a stream or in the midst of it
        list(client.chat.completions.create(**{"model": "bpo-kpo", **body, "stream": True}))


def test_an_address_that_is_not_there_and_a_body_that_is_no_json_are_told_alike(scripted: str) -> None:
    with httpx.Client(base_url=f"{scripted}v1/", trust_env=False, timeout=60) as http:
        assert http.post("embeddings", json={}).json()["error"]["message"].startswith("There is no POST /v1/emb")
        assert http.get("models/other").json()["error"]["code"] == "model_not_found"
        typed = {"content-type": "application/json"}
        reply = http.post("chat/completions", content=b"{", headers=typed)
        assert reply.status_code == 400 and "JSON" in reply.json()["error"]["message"]
