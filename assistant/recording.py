"""What chat models were asked and answered, kept as JSON Lines, so that a run can be repeated without them."""

import asyncio
import threading
from abc import abstractmethod
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_models import agenerate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.messages.ai import InputTokenDetails, UsageMetadata
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import BaseModel, ConfigDict, PrivateAttr, ValidationError

from assistant.model_calls import grown, whole_reply
from assistant.model_faults import ModelFault, PromptTooLong, fault
from assistant.tokens import cached_of
from ingest.errors import RecordingError

EXCHANGES = "exchanges.jsonl"


class Message(BaseModel):
    """One message of a prompt."""

    model_config = ConfigDict(frozen=True)

    role: str  # LangChain's: system, human, ai
    text: str


class KeptFault(BaseModel):
    """Why there was no reply (see `faults`)."""

    model_config = ConfigDict(frozen=True)

    cause: str
    passing: bool
    too_long: bool


class Exchange(BaseModel):
    """A line of the recording: a reply, or the fault in its place, so that a run is repeated with its failures."""

    model_config = ConfigDict(frozen=True)

    model: str
    messages: tuple[Message, ...]
    reply: str = ""
    finish: str | None = None
    input_tokens: int | None = None
    cached_tokens: int = 0
    output_tokens: int | None = None
    fault: KeptFault | None = None


def has_recording(folder: Path) -> bool:
    """Whether a folder holds exchanges already."""
    path = folder / EXCHANGES
    return path.is_file() and path.stat().st_size > 0


def read_recording(folder: Path) -> list[Exchange]:
    """The exchanges of a folder, in the order of their ends. Raises `RecordingError` where there are none."""
    path = folder / EXCHANGES
    try:
        lines = path.read_text(encoding="utf-8").split("\n")  # JSON may hold other ends of lines
        if exchanges := [Exchange.model_validate_json(line) for line in lines if line]:
            return exchanges
        reason = "it is empty"  # a run that was stopped before its first answer
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        reason = getattr(error, "strerror", None) or "it is damaged"
    raise RecordingError(f"{path} is no recording ({reason}). Make one: bpo-kpo evaluate SET --record DIR")


class _Streaming(BaseChatModel):
    """A chat model by LangChain's name for it, which streams `_chunks`."""

    name_of_model: str

    @property
    def _llm_type(self) -> str:
        return self.name_of_model

    @abstractmethod
    def _chunks(self, messages: list[BaseMessage], **kwargs: Any) -> AsyncIterator[AIMessageChunk]:
        """The reply, piece by piece."""

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        async for chunk in self._chunks(messages, stop=stop, **kwargs):
            yield ChatGenerationChunk(message=chunk)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return asyncio.run(agenerate_from_stream(self._astream(messages, stop, **kwargs)))


class Recorder(_Streaming):
    """Passes everything on to a chat model, and keeps each exchange in `folder`; not one that was stopped.

    Raises `RecordingError`, also at once, where nothing can be written there.
    """

    model: BaseChatModel
    folder: Path
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    def model_post_init(self, context: Any, /) -> None:
        """Finds out before the first question whether the folder can be written."""
        super().model_post_init(context)
        self._write("")

    async def _chunks(self, messages: list[BaseMessage], **kwargs: Any) -> AsyncIterator[AIMessageChunk]:
        whole: AIMessageChunk | None = None
        try:
            async for chunk in self.model.astream(messages, **kwargs):
                if isinstance(chunk, AIMessageChunk):
                    whole = grown(whole, chunk)
                    yield chunk
            exchange = _exchange(self.name_of_model, messages, whole_reply(whole))
        except Exception as error:  # the border to a provider's package; it is raised as it came
            found = fault(error)
            if isinstance(found, ModelFault):
                kept = KeptFault(
                    cause=found.cause, passing=found.passing, too_long=isinstance(found, PromptTooLong)
                )
                failed = Exchange(model=self.name_of_model, messages=_kept(messages), fault=kept)
                self._write(failed.model_dump_json() + "\n")
            raise
        self._write(exchange.model_dump_json() + "\n")

    def _write(self, text: str) -> None:
        try:
            with self._lock:
                self.folder.mkdir(parents=True, exist_ok=True)
                with (self.folder / EXCHANGES).open("a", encoding="utf-8") as file:
                    file.write(text)
        except OSError as error:
            raise RecordingError(
                f"{self.folder} cannot be written ({error.strerror}). Give --record another folder."
            ) from None


class Replayer(_Streaming):
    """Answers from a recording. What was asked several times is answered as it was then, one after the other."""

    folder: Path
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)
    _left: dict[tuple[Message, ...], list[Exchange]] = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        """Reads the recording. Raises `RecordingError` where it cannot be read."""
        super().model_post_init(context)
        self._left = defaultdict(list)
        exchanges = read_recording(self.folder)
        for exchange in exchanges:
            if exchange.model == self.name_of_model:
                self._left[exchange.messages].append(exchange)
        if not self._left:
            others = ", ".join(sorted({exchange.model for exchange in exchanges}))
            raise RecordingError(
                f"{self.folder} has no answers of {self.name_of_model}. Name one that it has: --model {others}"
            )

    async def _chunks(self, messages: list[BaseMessage], **kwargs: Any) -> AsyncIterator[AIMessageChunk]:
        exchange = self._next(_kept(messages))
        if kept := exchange.fault:  # `wait`: it is asked again at once
            raise (PromptTooLong if kept.too_long else ModelFault)(kept.cause, kept.passing, wait=0.0)
        usage = None
        if exchange.input_tokens is not None and exchange.output_tokens is not None:
            total = exchange.input_tokens + exchange.output_tokens
            usage = UsageMetadata(
                input_tokens=exchange.input_tokens,
                output_tokens=exchange.output_tokens,
                total_tokens=total,
                input_token_details=InputTokenDetails(cache_read=exchange.cached_tokens),
            )
        yield AIMessageChunk(
            content=exchange.reply,
            usage_metadata=usage,
            response_metadata={"finish_reason": exchange.finish},
        )

    def _next(self, messages: tuple[Message, ...]) -> Exchange:
        with self._lock:
            if messages not in self._left:
                changed = "the prompt, the passages or the question have changed"
                raise RecordingError(
                    f"{self.folder} has no such request: {changed}. Record it anew with --record."
                )
            left = self._left[messages]
            return left.pop(0) if len(left) > 1 else left[0]


def _exchange(model: str, messages: Sequence[BaseMessage], reply: AIMessageChunk) -> Exchange:
    usage = reply.usage_metadata
    return Exchange(
        model=model,
        messages=_kept(messages),
        reply=str(reply.text),
        finish=reply.response_metadata.get("finish_reason"),
        input_tokens=usage["input_tokens"] if usage else None,
        cached_tokens=cached_of(usage),
        output_tokens=usage["output_tokens"] if usage else None,
    )


def _kept(messages: Sequence[BaseMessage]) -> tuple[Message, ...]:
    return tuple(Message(role=message.type, text=str(message.text)) for message in messages)
