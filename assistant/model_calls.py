"""Asking a chat model: streamed, tried again, and ended at the server when nobody waits any more."""

import asyncio
import re
import threading
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from functools import lru_cache
from typing import Any, cast

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.messages.ai import InputTokenDetails, UsageMetadata
from langchain_core.runnables import RunnableConfig
from pydantic import SecretStr

from assistant.model_faults import ModelFault, broke_off, fault
from assistant.retries import ATTEMPTS, retrying
from assistant.usage import cached_of
from ingest.errors import UserError

STOP = "stop"  # in a config's `configurable`: a `threading.Event` that ends the run when it is set
SILENCE = "silence"  # in a model's `metadata`: for how many seconds it is waited for without a word

# Of a reply that is whole, or as long as it may be.
_ENDS = ("stop", "length", "tool_calls", "eos", "eos_token", "stop_sequence")
# Some templates begin it themselves, so that only its end is in the reply. Mistral's writes [THINK].
_THINKING = re.compile(
    r"\A(?:.*?(?:</think(?:ing)?>|\[/THINK\])\s*|\s*(?:<think(?:ing)?>|\[THINK\]).*\Z)", re.DOTALL
)
_KEY = re.compile(r"\A(?=.*\d).{10}", re.DOTALL)  # long, and with a digit
_POLL = 0.05  # seconds between two looks at whether to stop


class Stopped(UserError):
    """Whoever asked does not wait for the answer any more."""

    def __init__(self) -> None:
        super().__init__("Stopped. Ask again whenever you like.")


def ask_model(
    model: BaseChatModel,
    messages: Sequence[BaseMessage],
    config: RunnableConfig | None = None,
    attempts: int = ATTEMPTS,
) -> Iterator[AIMessageChunk]:
    """The reply as it grows: each item is all so far. After a transient fault it begins anew, `attempts` times.

    Closing the iterator ends the request at the server, and so does the event `STOP` of the config.

    Raises:
        ModelFault: the model gave no whole answer, also after the retries.
        SettingsError: the key or the model is wrong.
        Stopped: the event was set.
    """
    stop = cast("threading.Event | None", (config or {}).get("configurable", {}).get(STOP))
    for attempt in retrying(attempts, stop):
        with attempt:
            yield from _once(model, messages, config, stop)


def reply_of(
    model: BaseChatModel,
    messages: Sequence[BaseMessage],
    config: RunnableConfig | None = None,
    attempts: int = ATTEMPTS,
) -> AIMessageChunk:
    """The whole reply. Raises what `ask_model` raises."""
    *_, whole = ask_model(model, messages, config, attempts)
    return whole


def _once(
    model: BaseChatModel,
    messages: Sequence[BaseMessage],
    config: RunnableConfig | None,
    stop: threading.Event | None,
) -> Iterator[AIMessageChunk]:
    """The reply as it grows. It is received on a loop of its own: only there can a read that waits for a silent
    server be ended at once. Who looks at it more slowly than it grows is not left behind.
    """
    received: AIMessageChunk | None = None
    news, left = threading.Event(), False

    async def receive() -> None:
        nonlocal received
        async with aclosing(chunks_of(model, messages, config)) as chunks:
            async for chunk in chunks:
                if left:  # `asyncio.wait_for` of Python 3.11 loses a cancelling that comes with an item
                    return
                received = grown(received, chunk)
                news.set()

    receiving = asyncio.run_coroutine_threadsafe(receive(), _loop())
    receiving.add_done_callback(lambda _: news.set())
    told, ended = None, False
    try:
        while not ended:
            news.wait(_POLL)
            if stop and stop.is_set():
                raise Stopped
            news.clear()
            ended, whole = receiving.done(), received
            if whole and whole is not told:
                told = whole
                yield without_keys(whole, model)
    finally:
        left = True
        receiving.cancel()
    try:
        receiving.result()
    except Exception as error:  # the border to a provider's package, each of which has errors of its own
        raise fault(error) from error
    whole_reply(told)


async def chunks_of(
    model: BaseChatModel, messages: Sequence[BaseMessage], config: RunnableConfig | None = None, **options: Any
) -> AsyncGenerator[AIMessageChunk, None]:
    """The chunks of a reply as they come. Raises `TimeoutError` where the model is silent for too long.

    That is measured here because the clients of many providers wait without an end.
    """
    silence: float | None = (model.metadata or {}).get(SILENCE)
    # LangChain declares an iterator; it is the generator that can be closed
    stream = cast("AsyncGenerator[BaseMessage, None]", model.astream(list(messages), config, **options))
    async with aclosing(stream) as chunks:
        while True:
            try:
                async with asyncio.timeout(silence):
                    chunk = await anext(chunks)
            except StopAsyncIteration:
                return
            if isinstance(chunk, AIMessageChunk):
                yield chunk


def without_keys(reply: AIMessageChunk, model: BaseChatModel) -> AIMessageChunk:
    """A reply, whole or not, without the keys that the model is asked with: a server may repeat them.

    At its end the first half of a key is enough, since the rest may be yet to come.
    """
    said = text = str(reply.text)
    for key in _keys(model):
        text = text.replace(key, "...")
        begun = next((n for n in range(len(key) - 1, len(key) // 2 - 1, -1) if text.endswith(key[:n])), 0)
        text = text[: len(text) - begun] + "..." if begun else text
    return reply if text == said else reply.model_copy(update={"content": text})


def _keys(model: BaseChatModel) -> Iterator[str]:
    """Also of the model within one that records; a word in a key's place ("none") is nothing to hide."""
    for value in vars(model).values():
        if isinstance(value, BaseChatModel):
            yield from _keys(value)
        elif isinstance(value, SecretStr) and _KEY.search(value.get_secret_value()):
            yield value.get_secret_value()


@lru_cache(maxsize=1)
def _loop() -> asyncio.AbstractEventLoop:
    """One loop for all requests, so that they share their connections."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="chat-model", daemon=True).start()
    return loop


def without_thinking(text: str) -> str:
    """What a reply says, without what was thought aloud before."""
    return _THINKING.sub("", text)


def grown(whole: AIMessageChunk | None, chunk: AIMessageChunk) -> AIMessageChunk:
    """What was received so far, with one more chunk.

    Some servers say in each chunk, or twice, how many tokens they counted so far and why they stopped; LangChain
    adds such counts up and puts such words one behind the other.
    """
    finish = _finish(chunk) or (_finish(whole) if whole else None)
    if whole is None:
        return chunk.model_copy(update={"response_metadata": {**chunk.response_metadata, "finish_reason": finish}})
    both = whole + chunk
    counts = [one.usage_metadata for one in (whole, chunk) if one.usage_metadata]
    usage: UsageMetadata | None = None
    if counts:
        sent = max(count["input_tokens"] for count in counts)
        received = max(count["output_tokens"] for count in counts)
        cached = InputTokenDetails(cache_read=max(map(cached_of, counts)))
        usage = UsageMetadata(
            input_tokens=sent,
            output_tokens=received,
            total_tokens=sent + received,
            input_token_details=cached,
        )
    metadata = {**both.response_metadata, "finish_reason": finish}
    return both.model_copy(update={"usage_metadata": usage, "response_metadata": metadata})


def _finish(chunk: AIMessageChunk) -> str | None:
    """Why a reply ended, in OpenAI's words; Ollama and Anthropic have names of their own for it."""
    told = chunk.response_metadata
    reason: str | None = told.get("finish_reason") or told.get("done_reason") or told.get("stop_reason")
    return "length" if reason == "max_tokens" else reason


def whole_reply(reply: AIMessageChunk | None) -> AIMessageChunk:
    """A reply that has ended. Raises `ModelFault` where it broke off, is empty, or is the provider's refusal."""
    told = reply.response_metadata if reply else {}
    reason = told.get("finish_reason")
    if reason == "content_filter" or (reply and reply.additional_kwargs.get("refusal")):
        raise ModelFault("its provider refused to answer this")
    # OpenAI always says why a reply ends; servers that are only near it may say so in words of their own, or not
    if told.get("model_provider") == "openai" and reason not in _ENDS and not told.get("ended"):
        raise broke_off()
    if reason == "tool_calls":
        raise ModelFault("it gave no answer in words")
    if reply is None or not str(reply.text).strip():
        if reason == "length":  # it would be so again
            raise ModelFault("it used up its tokens before it answered (see BPO_KPO_THINKING)")
        raise ModelFault("its answer was empty", transient=True)
    return reply
