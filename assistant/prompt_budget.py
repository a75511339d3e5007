"""A prompt of a chat model fitted to its budget of tokens."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from langchain_core.messages import BaseMessage

from ingest.text import count_tokens

ENCODING = "o200k_base"  # of OpenAI's current models; for others it is near enough to keep within a budget
_PER_MESSAGE = 4  # tokens that a message takes beside its text

Part = TypeVar("Part")


def prompt_tokens(prompt: Sequence[BaseMessage]) -> int:
    """About how many tokens a prompt takes, counted with tiktoken."""
    return sum(count_tokens(str(message.content), ENCODING) + _PER_MESSAGE for message in prompt)


def first_fitting(
    parts: tuple[Part, ...], prompt: Callable[[tuple[Part, ...]], Sequence[BaseMessage]], budget: int
) -> tuple[Part, ...]:
    """The first parts, as many as a `prompt` of them may have within a budget of tokens; perhaps none."""
    count = len(parts)
    while count and prompt_tokens(prompt(parts[:count])) > budget:
        count -= 1
    return parts[:count]


def last_fitting(
    parts: tuple[Part, ...], prompt: Callable[[tuple[Part, ...]], Sequence[BaseMessage]], budget: int
) -> tuple[Part, ...]:
    """The same of the last parts."""
    return first_fitting(parts[::-1], lambda some: prompt(some[::-1]), budget)[::-1]
