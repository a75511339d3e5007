"""What the tokens of a chat model cost, by the price table in `prices.json`."""

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

_TABLE = Path(__file__).with_name("prices.json")
_DATED = re.compile(r"-\d{4}-\d{2}-\d{2}$")  # a snapshot costs what its model costs
_MILLION = 1_000_000


class Price(NamedTuple):
    """US dollars per million tokens."""

    input: float
    output: float
    cached: float  # of input that the server had in its cache


def price_of(model: str) -> Price | None:
    """The price of a model by OpenAI's name for it, with or without `openai:`; `None`: the table does not say."""
    provider, _, name = model.rpartition(":")
    return _prices().get(_DATED.sub("", name)) if provider in ("", "openai") else None


def cost(model: str, input_tokens: int, output_tokens: int, cached_tokens: int = 0) -> float | None:
    """US dollars; `None` where the price is not known. `cached_tokens` are among the `input_tokens`."""
    price = price_of(model)
    if price is None:
        return None
    sent = (input_tokens - cached_tokens) * price.input + cached_tokens * price.cached
    return (sent + output_tokens * price.output) / _MILLION


@lru_cache(maxsize=1)
def _prices() -> dict[str, Price]:
    table = json.loads(_TABLE.read_text(encoding="utf-8"))
    return {name: Price(*price) for name, price in table["models"].items()}
