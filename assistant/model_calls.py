"""Asking a chat model: streamed, tried again, and ended at the server when nobody waits any more."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from functools import lru_cache
from typing import Any, cast

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.runnables import RunnableConfig

from assistant.model_faults import fault
from assistant.replies import grown, whole_reply, without_keys
from assistant.retries import ATTEMPTS, retrying
from ingest.errors import UserError

STOP = "stop"  # in a config's `configurable`: a `threading.Event` that ends the run when it is set
SILENCE = "silence"  # in a model's `metadata`: for how many seconds it is waited for without a word

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


@lru_cache(maxsize=1)
def _loop() -> asyncio.AbstractEventLoop:
    """One loop for all requests, so that they share their connections."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="chat-model", daemon=True).start()
    return loop
