"""Small real chat models: they say what a test tells them to, and record what they were sent."""

import time
from collections.abc import Callable, Iterator
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import Field

Reply = Callable[[str], str | list[str] | Exception]  # of the prompt's last message: whole, or in pieces


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

    def _stream(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        self.sent.append(messages)
        said = self.reply(str(messages[-1].text))
        if isinstance(said, Exception):
            raise said
        for piece in [said] if isinstance(said, str) else said:
            yield ChatGenerationChunk(message=AIMessageChunk(piece))
            time.sleep(self.pause)
        if self.usage:
            yield ChatGenerationChunk(message=AIMessageChunk("", usage_metadata=self.usage))

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        return generate_from_stream(self._stream(messages))


def scripted(*replies: list[str]) -> FakeChatModel:
    """Streams these replies, one a call, over and over; each is a list of pieces."""
    calls = iter(range(1_000_000))
    return FakeChatModel(reply=lambda _: replies[next(calls) % len(replies)], name_of_type="scripted")


def replying(said: Reply, usage: UsageMetadata | None = None) -> FakeChatModel:
    """Replies what `said` makes of the prompt's last message."""
    return FakeChatModel(reply=said, usage=usage)
