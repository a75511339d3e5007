"""Asking a chat model: streamed, retried where that helps, and ended at the server when nobody waits any more."""

import asyncio
import queue
import re
import threading
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from functools import lru_cache
from typing import TypeVar, cast

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.messages.ai import InputTokenDetails, UsageMetadata
from langchain_core.runnables import RunnableConfig
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, stop_after_delay
from tenacity.nap import sleep_using_event
from tenacity.wait import wait_exponential_jitter

from assistant.faults import ModelFault, fault
from assistant.tokens import cached_of
from ingest.errors import UserError

STOP = "stop"  # in a config's `configurable`: a `threading.Event` that ends the run when it is set

_ATTEMPTS = 3
_LONGEST = 90.0  # seconds after which a failed attempt is the last
_LONGEST_WAIT = 20.0  # seconds; who asks to be left alone for longer is not asked again
_BACKOFF = wait_exponential_jitter(multiplier=0.5, max=8.0, jitter=0.5)
# Of a reply that is whole, or as long as it may be.
_ENDS = ("stop", "length", "tool_calls", "eos", "eos_token", "stop_sequence")
# Some templates begin it themselves, so that only its end is in the reply.
_THINKING = re.compile(r"\A(?:.*?</think(?:ing)?>\s*|\s*<think(?:ing)?>.*\Z)", re.DOTALL)
_POLL = 0.05  # seconds between two looks at whether to stop

T = TypeVar("T")


class Stopped(UserError):
    """Whoever asked does not wait for the answer any more."""

    def __init__(self) -> None:
        super().__init__("Stopped. Ask again whenever you like.")


def ask_model(
    model: BaseChatModel,
    messages: Sequence[BaseMessage],
    config: RunnableConfig | None = None,
    attempts: int = _ATTEMPTS,
) -> Iterator[AIMessageChunk]:
    """The reply as it grows: each item is all so far. After a passing fault it begins anew, `attempts` times.

    Closing the iterator ends the request at the server, and so does the event `STOP` of the config.

    Raises:
        ModelFault: the model gave no whole answer, also after the retries.
        SettingsError: the key or the model is wrong.
        Stopped: the event was set.
    """
    stop = cast("threading.Event | None", (config or {}).get("configurable", {}).get(STOP))
    retrying = Retrying(
        retry=retry_if_exception(_may_pass),
        wait=_wait,
        stop=stop_after_attempt(attempts) | stop_after_delay(_LONGEST),
        sleep=sleep_using_event(stop) if stop else time.sleep,
        reraise=True,
    )
    for attempt in retrying:
        with attempt:
            yield from _once(model, messages, config, stop)


def reply_of(
    model: BaseChatModel,
    messages: Sequence[BaseMessage],
    config: RunnableConfig | None = None,
    attempts: int = _ATTEMPTS,
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
    whole: AIMessageChunk | None = None
    # LangChain declares an iterator; it is the generator that can be closed
    stream = cast("AsyncGenerator[BaseMessage, None]", model.astream(list(messages), config))
    try:
        for chunks in _pulled(stream, stop):
            for chunk in chunks:
                if isinstance(chunk, AIMessageChunk):
                    whole = grown(whole, chunk)
            if whole:
                yield whole
    except Exception as error:  # the border to a provider's package, each of which has errors of its own
        raise fault(error) from error
    whole_reply(whole)


def without_thinking(text: str) -> str:
    """What a reply says, without what was thought aloud before."""
    return _THINKING.sub("", text)


def grown(whole: AIMessageChunk | None, chunk: AIMessageChunk) -> AIMessageChunk:
    """What was received so far, with one more chunk.

    Some servers say in each chunk, or twice, how many tokens they counted so far and why they stopped; LangChain
    adds such counts up and puts such words one behind the other.
    """
    if whole is None:
        return chunk
    both = whole + chunk
    told = (chunk.response_metadata, whole.response_metadata)
    finish = next((one["finish_reason"] for one in told if one.get("finish_reason")), None)
    counts = [one.usage_metadata for one in (whole, chunk) if one.usage_metadata]
    sent, received = (
        max((count[name] for count in counts), default=0) for name in ("input_tokens", "output_tokens")
    )
    usage = UsageMetadata(input_tokens=sent, output_tokens=received, total_tokens=sent + received)
    if cached := max(map(cached_of, counts), default=0):
        usage["input_token_details"] = InputTokenDetails(cache_read=cached)
    metadata = {**both.response_metadata, "finish_reason": finish}
    return both.model_copy(update={"usage_metadata": usage if counts else None, "response_metadata": metadata})


def whole_reply(reply: AIMessageChunk | None) -> AIMessageChunk:
    """A reply that has ended. Raises `ModelFault` where it broke off, is empty, or is the provider's refusal."""
    told = reply.response_metadata if reply else {}
    reason = told.get("finish_reason")
    if reason == "content_filter" or (reply and reply.additional_kwargs.get("refusal")):
        raise ModelFault("its provider refused to answer this")
    # OpenAI always says why a reply ends; servers that are only near it may say so in words of their own, or not
    if told.get("model_provider") == "openai" and reason not in _ENDS and not told.get("ended"):
        raise ModelFault("the connection could not be made, or broke off", passing=True)
    if reason == "tool_calls":
        raise ModelFault("it gave no answer in words")
    if reply is None or not str(reply.text).strip():
        if reason == "length":  # it would be so again
            raise ModelFault("it used up its tokens before it answered (see BPO_KPO_THINKING)")
        raise ModelFault("its answer was empty", passing=True)
    return reply


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, ModelFault) and error.passing and (error.wait or 0) <= _LONGEST_WAIT


def _wait(state: RetryCallState) -> float:
    """What the server asked for, else longer from time to time."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.wait if isinstance(error, ModelFault) else None
    return _BACKOFF(state) if asked is None else asked


def _pulled(items: AsyncGenerator[T, None], stop: threading.Event | None) -> Iterator[list[T]]:
    """The items of an asynchronous generator, which runs on a loop of its own: at each step all that came by then.

    So who takes longer over a step than the generator does is not left behind more and more.
    Only there can a read that waits for a silent server be ended at once; the thread that waits here can too.
    """
    told: queue.Queue[tuple[T | None, BaseException | None]] = queue.Queue()
    ended = threading.Event()  # `asyncio.wait_for` of Python 3.11 loses a cancelling that comes with an item

    async def pull() -> None:
        try:
            async with aclosing(items):
                async for item in items:
                    if ended.is_set():
                        break
                    told.put((item, None))
        except BaseException as error:
            told.put((None, error))
            raise
        told.put((None, StopIteration()))

    task = asyncio.run_coroutine_threadsafe(pull(), _loop())
    try:
        while not (stop and stop.is_set()):
            try:
                arrived = [told.get(timeout=_POLL if stop else None)]
            except queue.Empty:
                continue
            arrived += [told.get_nowait() for _ in range(told.qsize())]  # nobody else takes from it
            if came := [cast(T, item) for item, end in arrived if end is None]:
                yield came
            end = arrived[-1][1]
            if isinstance(end, StopIteration):
                return
            if end:
                raise end
        raise Stopped
    finally:
        ended.set()
        task.cancel()


@lru_cache(maxsize=1)
def _loop() -> asyncio.AbstractEventLoop:
    """One loop for all requests, so that they share their connections."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="chat-model", daemon=True).start()
    return loop
