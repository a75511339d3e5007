"""What chat models were asked and answered, kept as JSON Lines, so that a run can be repeated without them."""

import asyncio
import threading
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_models import agenerate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import BaseModel, PrivateAttr, ValidationError

from assistant.model_calls import chunks_of
from assistant.model_faults import ModelFault, PromptTooLong, fault
from assistant.replies import grown, whole_reply, without_keys
from assistant.usage import as_counted, cached_of
from ingest.errors import RecordingError

EXCHANGES = "exchanges.jsonl"


class Message(BaseModel, frozen=True):
    """One message of a prompt."""

    role: str  # LangChain's: system, human, ai
    text: str


class KeptFault(BaseModel, frozen=True):
    """Why there was no reply (see `model_faults`)."""

    cause: str
    transient: bool
    too_long: bool


class Exchange(BaseModel, frozen=True):
    """A line of the recording: a reply, or the fault in its place, so that a run is repeated with its failures."""

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


class _Named(BaseChatModel):
    """A chat model by the name that the recording has for it."""

    name_of_model: str
    folder: Path
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    @property
    def _llm_type(self) -> str:
        return self.name_of_model


class Recorder(_Named):
    """Passes everything on to a chat model, and keeps each exchange in `folder`; not one that was stopped.

    Raises `RecordingError`, also at once, where nothing can be written there.
    """

    model: BaseChatModel

    def model_post_init(self, context: Any, /) -> None:
        """Finds out before the first question whether the folder can be written."""
        super().model_post_init(context)
        self._write("")

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        asked = Exchange(model=self.name_of_model, messages=_kept(messages))
        received: AIMessageChunk | None = None
        try:
            async for chunk in chunks_of(self.model, messages, stop=stop, **kwargs):
                received = grown(received, chunk)
                yield ChatGenerationChunk(message=chunk)
            reply = without_keys(whole_reply(received), self.model)
        except Exception as error:  # the border to a provider's package; it is raised as it came
            found = fault(error)
            if isinstance(found, ModelFault):
                too_long = isinstance(found, PromptTooLong)
                kept = KeptFault(cause=found.cause, transient=found.transient, too_long=too_long)
                self._write(asked.model_copy(update={"fault": kept}).model_dump_json() + "\n")
            raise
        usage = reply.usage_metadata
        answered = {
            "reply": str(reply.text),
            "finish": reply.response_metadata.get("finish_reason"),
            "input_tokens": usage and usage["input_tokens"],
            "output_tokens": usage and usage["output_tokens"],
            "cached_tokens": cached_of(usage),
        }
        self._write(asked.model_copy(update=answered).model_dump_json() + "\n")

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        return asyncio.run(agenerate_from_stream(self._astream(messages, *args, **kwargs)))

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


class Replayer(_Named):
    """Answers from a recording. What was asked several times is answered as it was then, one after the other."""

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

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        exchange = self._next(_kept(messages))
        if kept := exchange.fault:  # `wait`: it is asked again at once
            raise (PromptTooLong if kept.too_long else ModelFault)(kept.cause, kept.transient, wait=0.0)
        usage = None
        if exchange.input_tokens is not None and exchange.output_tokens is not None:
            usage = as_counted(exchange.input_tokens, exchange.output_tokens, exchange.cached_tokens)
        metadata = {"finish_reason": exchange.finish}
        reply = AIMessageChunk(content=exchange.reply, usage_metadata=usage, response_metadata=metadata)
        return ChatResult(generations=[ChatGeneration(message=reply)])

    def _next(self, messages: tuple[Message, ...]) -> Exchange:
        with self._lock:
            if messages not in self._left:
                changed = "the prompt, the passages or the question have changed"
                raise RecordingError(
                    f"{self.folder} has no such request: {changed}. Record it anew with --record."
                )
            left = self._left[messages]
            return left.pop(0) if len(left) > 1 else left[0]


def _kept(messages: Sequence[BaseMessage]) -> tuple[Message, ...]:
    return tuple(Message(role=message.type, text=str(message.text)) for message in messages)
