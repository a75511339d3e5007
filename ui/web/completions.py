"""The assistant as a model behind OpenAI's chat completions, for programs that speak to nothing else.

The protocol: https://platform.openai.com/docs/api-reference/chat. What a client says of sampling, tools and the
like is passed over; its system messages are, too: they are no question.
"""

import json
import re
import time
from collections.abc import Callable, Collection, Coroutine, Iterator
from itertools import chain
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response, StreamingResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from assistant.answers import Answer, Ask, EarlierTurn
from assistant.chain import Assistant
from assistant.conversation import LONGEST_QUESTION
from assistant.exports import NEAREST, YOU_COULD_ASK, answer_markdown, inert, nearest_places
from ingest.errors import QuestionError
from ingest.sources import shown_name
from ui.web.faults import said_of

MODEL = "bpo-kpo"

# What `content` puts below the text, by which a client's next request brings an earlier answer back.
_BELOW = re.compile(rf"\n\n(?:- \[1\] .*: “|{NEAREST}\n|{YOU_COULD_ASK}\n).*", re.DOTALL)


class _Message(BaseModel):
    role: str
    content: str | list[dict[str, Any]] | None = None

    @property
    def text(self) -> str:
        """The text; of a message in parts what of them is text."""
        if not isinstance(self.content, list):
            return self.content or ""
        return "\n".join(str(part.get("text") or "") for part in self.content if part.get("type") == "text")


class _Asked(BaseModel):
    model: str = MODEL
    messages: list[_Message]
    stream: bool | None = None
    stream_options: dict[str, Any] | None = None
    within: list[str] = []  # not OpenAI's: the documents that are asked

    def ask(self) -> Ask:
        """The last message as the question, the others as the turns before it."""
        said = [message for message in self.messages if message.role in ("user", "assistant")]
        if not said or said[-1].role != "user":
            raise QuestionError("There is no question. End with a message of the role user.")
        turns: list[EarlierTurn] = []
        for message in said[:-1]:
            if message.role == "user":
                turns.append(EarlierTurn(question=message.text[:LONGEST_QUESTION]))
            elif turns:
                told = [turns[-1].answer, _BELOW.sub("", message.text)]
                turns[-1] = EarlierTurn(question=turns[-1].question, answer="\n\n".join(filter(None, told)))
        return Ask(question=said[-1].text, history=tuple(turns), within=tuple(self.within))


class _Route(APIRoute):
    """A route that tells whatever goes wrong as the protocol does."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except Exception as error:  # the edge: the client gets a sentence
                return _refused(error)

        return handled


def completions(assistant: Assistant) -> APIRouter:
    """The routes `/v1/models` and `/v1/chat/completions`."""
    router = APIRouter(prefix="/v1", route_class=_Route)
    itself = {"id": MODEL, "object": "model", "created": 0, "owned_by": MODEL}

    @router.get("/models")
    def models() -> dict[str, Any]:
        return {"object": "list", "data": [itself]}

    @router.get("/models/{name:path}")
    def model(name: str) -> dict[str, Any]:
        _known(name)
        return itself

    @router.post("/chat/completions")
    def complete(asked: _Asked, request: Request) -> Response:
        _known(asked.model)
        page, ask, documents = str(request.base_url), asked.ask(), assistant.index().sources
        if asked.stream:
            growing = assistant.chain.stream(ask)
            first = next(growing)  # what is wrong with the question is told before anything is sent
            usage = bool(asked.stream_options and asked.stream_options.get("include_usage"))
            events = _or_mistake(_events(chain([first], growing), page, documents, usage))
            return StreamingResponse(events, media_type="text/event-stream")
        answer = assistant.chain.invoke(ask)
        annotations = _annotations(answer, page, documents)
        message = {"role": "assistant", "content": content(answer), "annotations": annotations}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return JSONResponse({**_head("chat.completion"), "choices": [choice], "usage": _usage(answer)})

    @router.api_route("/{path:path}", methods=["GET", "POST", "DELETE"])
    def unknown(path: str, request: Request) -> None:
        raise HTTPException(404, f"There is no {request.method} /v1/{path} here. See docs/clients.md.")

    return router


class _NoSuchModel(HTTPException):
    """Another name than `MODEL`."""


def _known(name: str) -> None:
    if name != MODEL:
        raise _NoSuchModel(404, f"There is no model {name} here. Name {MODEL}.")


def _or_mistake(events: Iterator[str]) -> Iterator[str]:
    """The events; a mistake that shows in their midst is one of them."""
    try:
        yield from events
    except Exception as error:  # the edge: its status has been sent
        yield f"data: {bytes(_refused(error).body).decode()}\n\n"


def _events(growing: Iterator[Answer], page: str, documents: Collection[str], usage: bool) -> Iterator[str]:
    """The answer as server-sent events; a line is sent when the next one begins, for until then it may change."""
    head, sent = _head("chat.completion.chunk"), ""
    if usage:
        head["usage"] = None  # in all events but the last

    def event(delta: dict[str, Any], finish: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return f"data: {json.dumps({**head, 'choices': [choice]})}\n\n"

    yield event({"role": "assistant", "content": ""})
    for answer in growing:  # one at least
        text = inert(answer.text)
        lines = text[: text.rfind("\n") + 1]
        if lines.startswith(sent) and len(lines) > len(sent):
            yield event({"content": lines[len(sent) :]})
            sent = lines
    whole = content(answer)
    if whole.startswith(sent):
        yield event({"content": whole[len(sent) :]})
    else:  # what was sent has changed after all: the whole is sent behind it
        yield event({"content": f"\n\n---\n\n{whole}"})
    yield event({"annotations": _annotations(answer, page, documents)}, "stop")
    if usage:
        yield f"data: {json.dumps({**head, 'choices': [], 'usage': _usage(answer)})}\n\n"
    yield "data: [DONE]\n\n"


def content(answer: Answer) -> str:
    """The text, its quotes or what comes nearest, and what may be asked.

    No tag, link or image of a document is active.
    """
    text = answer_markdown(answer)
    for label, lines in ((NEAREST, nearest_places(answer)), (YOU_COULD_ASK, answer.suggestions)):
        if lines:
            text += f"\n\n{label}\n" + "".join(f"\n- {inert(line)}" for line in lines)
    return text


def _annotations(answer: Answer, page: str, documents: Collection[str]) -> list[dict[str, Any]]:
    """Each marker of the text, with a link to the span of the document that it stands for."""
    found = []
    text = inert(answer.text)
    for citation in answer.citations:
        file = shown_name(citation.source, documents)
        place = f"#at-{citation.start}-{citation.end}-{quote(file, safe='', errors='replace')}"
        link = {"url": f"{page}{place}", "title": citation.section or file}
        for marker in re.finditer(re.escape(f"[{citation.number}]"), text):
            cited = {"start_index": marker.start(), "end_index": marker.end(), **link}
            found.append((marker.start(), {"type": "url_citation", "url_citation": cited}))
    return [annotation for _, annotation in sorted(found, key=lambda one: one[0])]


def _usage(answer: Answer) -> dict[str, int]:
    used = answer.usage
    total = used.input_tokens + used.output_tokens
    return {"prompt_tokens": used.input_tokens, "completion_tokens": used.output_tokens, "total_tokens": total}


def _head(kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{uuid4().hex}", "object": kind, "created": int(time.time()), "model": MODEL}


def _refused(error: Exception) -> JSONResponse:
    """What is wrong, and whose fault it is: 4xx the request's, 5xx this server's."""
    if isinstance(error, RequestValidationError):
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"][1:])) or "the body"
        status, message = 400, f"That is no chat completion ({where}: {first['msg']}). Send messages."
    elif isinstance(error, HTTPException):
        status, message = error.status_code, error.detail
    else:
        status, message = 400 if isinstance(error, QuestionError) else 500, said_of(error)
    told = {
        "message": message,
        "type": "invalid_request_error" if status < 500 else "server_error",
        "param": None,
        "code": "model_not_found" if isinstance(error, _NoSuchModel) else None,
    }
    again = {"x-should-retry": "false"}  # understood by OpenAI's clients, which ask again after any 5xx
    return JSONResponse({"error": told}, status, again)
