"""What chat models were asked and answered, kept as JSON Lines, so that a run can be repeated without them."""

import threading
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, Literal

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import BaseModel, ConfigDict, PrivateAttr, ValidationError

from ingest.errors import UserError

EXCHANGES = "exchanges.jsonl"


class Message(BaseModel):
    """One message of a prompt."""

    model_config = ConfigDict(frozen=True)

    role: Literal["system", "human", "ai"]
    text: str


class Exchange(BaseModel):
    """A line of the recording."""

    model_config = ConfigDict(frozen=True)

    model: str
    messages: tuple[Message, ...]
    reply: str
    finish: str | None
    input_tokens: int | None
    output_tokens: int | None


def read_recording(folder: Path) -> list[Exchange]:
    """The exchanges of a folder, in the order in which they ended. Raises `UserError` where there are none."""
    path = folder / EXCHANGES
    try:
        return [Exchange.model_validate_json(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        reason = getattr(error, "strerror", None) or "it is damaged"
        raise UserError(
            f"{path} is no recording ({reason}). Make one: bpo-kpo evaluate SET --record DIR"
        ) from None


class _Named(BaseChatModel):
    """A chat model by LangChain's name for it, which only streams, since nothing here asks it otherwise."""

    name_of_model: str

    @property
    def _llm_type(self) -> str:
        return self.name_of_model

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        raise NotImplementedError("ask it with `assistant.model_calls`")


class Recorder(_Named):
    """Passes everything on to a chat model, and keeps each whole exchange in `folder`."""

    model: BaseChatModel
    folder: Path
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        whole: AIMessageChunk | None = None
        async for chunk in self.model.astream(messages, stop=stop, **kwargs):
            if isinstance(chunk, AIMessageChunk):
                whole = chunk if whole is None else whole + chunk
                yield ChatGenerationChunk(message=chunk)
        if whole is not None:
            self._keep(messages, whole)

    def _keep(self, messages: Sequence[BaseMessage], reply: AIMessageChunk) -> None:
        usage = reply.usage_metadata
        exchange = Exchange(
            model=self.name_of_model,
            messages=_kept(messages),
            reply=str(reply.text),
            finish=reply.response_metadata.get("finish_reason"),
            input_tokens=usage["input_tokens"] if usage else None,
            output_tokens=usage["output_tokens"] if usage else None,
        )
        with self._lock:
            self.folder.mkdir(parents=True, exist_ok=True)
            with (self.folder / EXCHANGES).open("a", encoding="utf-8") as file:
                file.write(exchange.model_dump_json() + "\n")


class Replayer(_Named):
    """Answers from a recording. What was asked several times is answered as it was then, one after the other."""

    folder: Path
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)
    _left: dict[tuple[Message, ...], list[Exchange]] = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        """Reads the recording. Raises `UserError` where it cannot be read."""
        super().model_post_init(context)
        self._left = defaultdict(list)
        for exchange in read_recording(self.folder):
            if exchange.model == self.name_of_model:
                self._left[exchange.messages].append(exchange)

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        exchange = self._next(_kept(messages))
        counted = exchange.input_tokens is not None and exchange.output_tokens is not None
        sent, received = exchange.input_tokens or 0, exchange.output_tokens or 0
        usage = UsageMetadata(input_tokens=sent, output_tokens=received, total_tokens=sent + received)
        message = AIMessageChunk(
            content=exchange.reply,
            usage_metadata=usage if counted else None,
            response_metadata={"finish_reason": exchange.finish},
        )
        yield ChatGenerationChunk(message=message)

    def _next(self, messages: tuple[Message, ...]) -> Exchange:
        with self._lock:
            if messages not in self._left:
                changed = "the prompt, the passages or the question have changed"
                raise UserError(f"{self.folder} has no such request: {changed}. Record it anew with --record.")
            left = self._left[messages]
            return left.pop(0) if len(left) > 1 else left[0]


def _kept(messages: Sequence[BaseMessage]) -> tuple[Message, ...]:
    return tuple(Message(role=message.type, text=str(message.text)) for message in messages)  # type: ignore[arg-type]
