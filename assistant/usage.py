"""What a reply of a chat model took: its tokens, those that its server had in its cache, and what they cost."""

from collections.abc import Sequence

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.messages.ai import InputTokenDetails, UsageMetadata

from assistant.answers import Usage
from assistant.prices import cost
from assistant.prompt_budget import ENCODING, prompt_tokens
from ingest.text import count_tokens


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


def as_counted(sent: int, received: int, cached: int) -> UsageMetadata:
    """What a server counted, as LangChain has it."""
    return UsageMetadata(
        input_tokens=sent,
        output_tokens=received,
        total_tokens=sent + received,
        input_token_details=InputTokenDetails(cache_read=cached),
    )
