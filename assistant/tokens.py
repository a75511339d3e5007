"""Tokens of a chat model: counted, and a prompt fitted to its budget."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.messages.ai import UsageMetadata

from assistant.answers import Usage
from assistant.prices import cost
from ingest.text import count_tokens

ENCODING = "o200k_base"  # of OpenAI's current models; for others it is near enough to keep within a budget
_PER_MESSAGE = 4  # tokens that a message takes beside its text

Part = TypeVar("Part")


def prompt_tokens(prompt: Sequence[BaseMessage]) -> int:
    """About how many tokens a prompt takes, counted with tiktoken."""
    return sum(count_tokens(str(message.content), ENCODING) + _PER_MESSAGE for message in prompt)


def fitting(
    parts: tuple[Part, ...], prompt: Callable[[tuple[Part, ...]], Sequence[BaseMessage]], budget: int
) -> tuple[Part, ...]:
    """The first parts, as many as a `prompt` of them may have within a budget of tokens; perhaps none."""
    count = len(parts)
    while count and prompt_tokens(prompt(parts[:count])) > budget:
        count -= 1
    return parts[:count]


def usage_of(reply: AIMessage, prompt: Sequence[BaseMessage], model: BaseChatModel) -> Usage:
    """What a reply took: as the server counted, else as tiktoken does."""
    counted = reply.usage_metadata
    sent = (counted and counted["input_tokens"]) or prompt_tokens(prompt)
    received = (counted and counted["output_tokens"]) or count_tokens(str(reply.text), ENCODING)
    cached = min(cached_of(counted), sent)
    name = str(getattr(model, "model_name", None) or model._llm_type)  # a recorded one has its name as type
    return Usage(
        input_tokens=sent,
        cached_tokens=cached,
        output_tokens=received,
        cost_usd=cost(name, sent, received, cached),
    )


def cached_of(counted: UsageMetadata | None) -> int:
    """How many of the tokens that a server counted as sent it had in its cache; none where it does not say."""
    details = counted.get("input_token_details") if counted else None
    return (details or {}).get("cache_read") or 0
