"""Small real chat models: they say what a test tells them to, and record what they were sent."""

import time
from collections.abc import Callable, Iterator
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import Field

Reply = Callable[[str], list[str] | Exception]  # the prompt's last message to the pieces of a reply


class FakeChatModel(BaseChatModel):
    """A chat model that replies to each prompt what `reply` makes of its last message; an exception is raised."""

    reply: Reply
    name_of_type: str = "fake"
    usage: UsageMetadata | None = None
    pause: float = 0.0  # seconds after each piece
    sent: list[list[BaseMessage]] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return self.name_of_type

    def _next(self, messages: list[BaseMessage]) -> list[str]:
        self.sent.append(messages)
        said = self.reply(str(messages[-1].text))
        if isinstance(said, Exception):
            raise said
        return said

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        message = AIMessage("".join(self._next(messages)), usage_metadata=self.usage)
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for piece in self._next(messages):
            yield ChatGenerationChunk(message=AIMessageChunk(piece))
            time.sleep(self.pause)
        if self.usage:
            yield ChatGenerationChunk(message=AIMessageChunk("", usage_metadata=self.usage))


def scripted(*replies: list[str]) -> FakeChatModel:
    """Streams these replies, one a call, over and over; each is a list of pieces."""
    calls = iter(range(1_000_000))
    return FakeChatModel(reply=lambda _: replies[next(calls) % len(replies)], name_of_type="scripted")


def replying(said: Callable[[str], str | Exception], usage: UsageMetadata | None = None) -> FakeChatModel:
    """Replies in one piece what `said` makes of the prompt's last message."""

    def reply(prompt: str) -> list[str] | Exception:
        words = said(prompt)
        return words if isinstance(words, Exception) else [words]

    return FakeChatModel(reply=reply, usage=usage)
