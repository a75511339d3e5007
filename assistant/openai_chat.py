"""A chat model behind OpenAI's interface, at OpenAI or at a server that is only near it.

What such servers do otherwise is put right here, so that everybody else sees a reply as OpenAI streams it.
"""

import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import aclosing
from typing import Any, cast

import httpx2
import openai
from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk
from langchain_openai import ChatOpenAI
from pydantic import PrivateAttr

from assistant.model_faults import is_too_long, said_by, status_of
from assistant.prompt_budget import ENCODING
from assistant.replies import ENDED, without_thinking
from ingest.text import count_tokens

_END = json.dumps({"choices": [], ENDED: True}).encode()

# What a server may refuse to take, and how its message is known; a limit is sent by its older name then.
_REFUSABLE = {
    "stream_options": re.compile(r"stream_options"),
    "temperature": re.compile(r"temperature"),
    "max_completion_tokens": re.compile(r"max_(?:completion_)?tokens"),
    "max_tokens": re.compile(r"max_tokens"),
    "system": re.compile(
        r"(?:system|developer)\W.{0,30}\b(?:role|message|prompt|instruction)|role.{0,30}\b(?:system|developer)"
        r"|user\W+(?:(?:and|or)\W+)?assistant",  # the roles that there are
        re.I,
    ),
}
_LIMITS = {"max_completion_tokens", "max_tokens"}


class OpenAIChat(ChatOpenAI):
    """LangChain's chat model for OpenAI. What its server refuses to take is left out, and not sent again.

    A reply of more than `longest` tokens is cut short, since a small model may never end; what it thinks aloud is
    not counted.
    """

    longest: int | None = None
    _refused: set[str] = PrivateAttr(default_factory=set)

    async def _astream(self, *args: Any, **kwargs: Any) -> AsyncIterator[ChatGenerationChunk]:
        said = ""
        while True:
            known = frozenset(self._refused)  # another request may add to these meanwhile
            try:
                # LangChain declares an iterator; it is the generator that can be closed
                stream = cast("AsyncGenerator[ChatGenerationChunk, None]", super()._astream(*args, **kwargs))
                async with aclosing(stream) as chunks:
                    async for chunk in chunks:
                        yield chunk
                        said += chunk.text
                        if self._is_too_long(said):
                            end = {"finish_reason": "length"}
                            yield ChatGenerationChunk(message=AIMessageChunk(content=""), generation_info=end)
                            return
                return
            except Exception as error:  # which it is does not matter, but what it says
                refused = set() if said else _refused_by(error, known)
                if not refused:
                    raise
                self._refused |= refused

    def _is_too_long(self, said: str) -> bool:
        """The characters are looked at first: counting takes longer, and a token has one at least."""
        if self.longest is None or len(said) <= self.longest:
            return False
        return count_tokens(without_thinking(said), ENCODING) > self.longest

    def _get_request_payload(
        self, input_: LanguageModelInput, *, stop: list[str] | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        payload: dict[str, Any] = super()._get_request_payload(input_, stop=stop, **kwargs)
        if "max_completion_tokens" in self._refused and "max_completion_tokens" in payload:
            payload["max_tokens"] = payload["max_completion_tokens"]
        if "system" in self._refused:
            payload["messages"] = _without_system(payload["messages"])
        return {name: value for name, value in payload.items() if name not in self._refused}

    def _convert_chunk_to_generation_chunk(
        self, chunk: dict[str, Any], default_chunk_class: type, base_generation_info: dict[str, Any] | None
    ) -> ChatGenerationChunk | None:
        made = super()._convert_chunk_to_generation_chunk(chunk, default_chunk_class, base_generation_info)
        if made:
            _add_what_is_lost(chunk, made.message)
        return made


def _refused_by(error: Exception, known: Collection[str]) -> set[str]:
    """What of `_REFUSABLE` a server does not take, as it says now, beside what was `known` when it was asked.

    Where its window has no room for prompt and limit, it is to write as much as there is room for.
    """
    if status_of(error) not in (400, 422, 500, 501):  # 500: what a chat template does not know
        return set()
    if is_too_long(error):
        return _LIMITS.difference(known)
    said = said_by(error)
    return set([name for name, told in _REFUSABLE.items() if name not in known and told.search(said)][:1])


def _add_what_is_lost(chunk: dict[str, Any], message: BaseMessage) -> None:
    """What LangChain does not take from a chunk: that the server refuses, and that the reply has ended."""
    if chunk.get(ENDED):
        message.response_metadata[ENDED] = True
    for choice in chunk.get("choices") or ():
        if refusal := (choice.get("delta") or {}).get("refusal"):
            message.additional_kwargs["refusal"] = refusal


def _without_system(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same rules, before what is asked by the user."""
    rules = [message["content"] for message in messages if message["role"] in ("system", "developer")]
    first, *others = (message for message in messages if message["role"] not in ("system", "developer"))
    return [{**first, "content": "\n\n".join([*rules, first["content"]])}, *others]


def http_client() -> httpx2.AsyncClient:
    """The client through which `OpenAIChat` is to ask."""
    hooks = {"response": [_as_events]}
    return openai.DefaultAsyncHttpxClient(event_hooks=hooks, headers={"Accept-Encoding": "identity"})


async def _as_events(response: httpx2.Response) -> None:
    request = response.request
    if not response.is_success or not request.url.path.endswith("/chat/completions"):
        return
    if json.loads(request.content).get("stream"):
        framed = "content-length" in response.headers or "transfer-encoding" in response.headers
        response.stream = _Events(response.stream, framed)


class _Events(httpx2.AsyncByteStream):
    """A streamed reply as events, with one more of ours where it is whole: by `[DONE]`, or by the end of a body
    that would be known to be cut off (`framed`).

    A server that does not stream sends one JSON document; it becomes an event.
    """

    def __init__(self, body: Any, framed: bool) -> None:
        self._body, self._framed = body, framed

    async def __aiter__(self) -> AsyncIterator[bytes]:
        document, rest = b"", b""
        async for data in self._body:
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                if document or line.lstrip().startswith(b"{"):
                    document += line
                else:
                    yield _marked(line)
        if document or rest.lstrip().startswith(b"{"):
            yield _event_of(document + rest)
        elif rest:
            yield _marked(rest)
        if self._framed:
            yield b"\ndata: " + _END + b"\n\n"

    async def aclose(self) -> None:
        await self._body.aclose()


def _marked(line: bytes) -> bytes:
    done = line.removeprefix(b"data:").strip() == b"[DONE]"
    return (b"data: " + _END + b"\n\n" if done else b"") + line + b"\n"


def _event_of(document: bytes) -> bytes:
    try:
        reply = json.loads(document)
        choices = [{**choice, "delta": choice.get("message")} for choice in reply.get("choices") or ()]
        made = json.dumps({**reply, "choices": choices, ENDED: True}).encode()
    except (ValueError, TypeError, AttributeError):  # whoever reads events finds that out, too
        made = document
    return b"data: " + made + b"\n\n"
