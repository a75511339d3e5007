"""Tokens of a chat model, and what they cost by the price table in `prices.json`."""

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage

from assistant.answers import Usage
from ingest.text import count_tokens

ENCODING = "o200k_base"  # of OpenAI's current models; for others it is near enough to keep within a budget

_TABLE = Path(__file__).with_name("prices.json")
_PER_MESSAGE = 4  # tokens that a message takes beside its text
_DATED = re.compile(r"-\d{4}-\d{2}-\d{2}$")  # a snapshot costs what its model costs
_MILLION = 1_000_000


class Price(NamedTuple):
    """US dollars per million tokens."""

    input: float
    output: float


def price_of(model: str) -> Price | None:
    """The price of a model by OpenAI's name for it, with or without `openai:`; `None`: the table does not say."""
    provider, _, name = model.rpartition(":")
    return _prices().get(_DATED.sub("", name)) if provider in ("", "openai") else None


def cost(model: str, input_tokens: int, output_tokens: int) -> float | None:
    """US dollars; `None` where the price is not known."""
    price = price_of(model)
    return price and (input_tokens * price.input + output_tokens * price.output) / _MILLION


def prompt_tokens(prompt: Sequence[BaseMessage]) -> int:
    """About how many tokens a prompt takes, counted with tiktoken."""
    return sum(count_tokens(str(message.content), ENCODING) + _PER_MESSAGE for message in prompt)


def usage_of(reply: AIMessage, prompt: Sequence[BaseMessage], model: BaseChatModel) -> Usage:
    """What a reply took: as the server counted, else as tiktoken does."""
    counted = reply.usage_metadata
    sent = (counted and counted["input_tokens"]) or prompt_tokens(prompt)
    received = (counted and counted["output_tokens"]) or count_tokens(str(reply.text), ENCODING)
    name = str(getattr(model, "model_name", None) or model._llm_type)  # a recorded one has its name as type
    return Usage(input_tokens=sent, output_tokens=received, cost_usd=cost(name, sent, received))


@lru_cache(maxsize=1)
def _prices() -> dict[str, Price]:
    table = json.loads(_TABLE.read_text(encoding="utf-8"))
    return {name: Price(*price) for name, price in table["models"].items()}
