"""What a question is asked of: some passages, a whole document, two things side by side, or the assistant itself.

And whether it needs the question before it. Logistic regressions on the question's vector, trained by
`make reading-model`.
"""

import re
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from ingest.errors import SettingsError

Scope = Literal["passages", "document", "comparison", "assistant"]
WEIGHTS = Path(__file__).parent / "scope.json"


class Weights(BaseModel):
    """Of each scope the weights of a vector's numbers, behind a constant; and those of what follows up."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scopes: dict[Scope, tuple[float, ...]]
    follows: tuple[float, ...]


@cache
def weights() -> Weights:
    """The weights. Raises `SettingsError` where their file is missing or damaged."""
    try:
        return Weights.model_validate_json(WEIGHTS.read_text(encoding="utf-8"))
    except (OSError, ValidationError):
        raise SettingsError(f"{WEIGHTS} is missing or damaged. Run: git checkout {WEIGHTS}") from None


def scope_of(vector: np.ndarray) -> Scope:
    """The likeliest scope of a question from its vector, (384,) of length 1."""
    scopes = weights().scopes
    return max(scopes, key=lambda scope: scopes[scope][0] + np.dot(scopes[scope][1:], vector))


def follows_up(vector: np.ndarray) -> bool:
    """Whether a question with this vector, (384,) of length 1, leaves out what the one before it has said.

    As many that stand by themselves are taken for follow-ups as the other way round.
    """
    constant, *row = weights().follows
    return bool(constant + np.dot(row, vector) > 0)


def masked(question: str, names: tuple[str, str]) -> str:
    """The question with other words for the two things that it names: what they are says nothing of its scope."""
    for name, word in zip(names, ("this", "that"), strict=True):
        pattern = r"\W+".join(map(re.escape, name.split()))
        question = re.sub(rf"\b{pattern}\w*", word, question, flags=re.IGNORECASE)
    return question
