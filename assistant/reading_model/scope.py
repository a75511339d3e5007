"""What a question is asked of: some passages, a whole document, two things side by side, or the assistant itself.

And whether it needs the question before it. Two networks with one hidden layer each, on the question's vector,
trained by `make reading-model`.
"""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple
from zipfile import BadZipFile

import numpy as np

from ingest.errors import SettingsError

Scope = Literal["passages", "document", "comparison", "assistant"]
SCOPES: tuple[Scope, ...] = ("passages", "document", "comparison", "assistant")
WEIGHTS = Path(__file__).parent / "scope.npz"


class Layers(NamedTuple):
    """A network's weights; each row has those of what goes in, behind a constant."""

    hidden: np.ndarray  # (128, 385)
    out: np.ndarray  # (outputs, 129)

    def logits(self, vector: np.ndarray) -> np.ndarray:
        """(outputs,), from a question's vector, (384,) of length 1."""
        inner = np.maximum(self.hidden[:, 0] + self.hidden[:, 1:] @ vector, 0)
        return np.asarray(self.out[:, 0] + self.out[:, 1:] @ inner)


@cache
def weights() -> tuple[Layers, Layers]:
    """What tells the scope, in the order of `SCOPES`, and what tells whether a question follows up.

    Raises `SettingsError` where their file is missing or damaged.
    """
    try:
        with np.load(WEIGHTS) as stored:
            scopes, follows = (
                Layers(*(stored[f"{of}.{name}"].astype(np.float32) for name in Layers._fields))
                for of in ("scopes", "follows")
            )
            return scopes, follows
    except (OSError, ValueError, KeyError, BadZipFile):
        raise SettingsError(f"{WEIGHTS} is missing or damaged. Run: git checkout {WEIGHTS}") from None


def scope_of(vector: np.ndarray) -> Scope:
    """The likeliest scope of a question from its vector, (384,) of length 1."""
    return SCOPES[int(np.argmax(weights()[0].logits(vector)))]


def follows_up(vector: np.ndarray) -> bool:
    """Whether a question with this vector, (384,) of length 1, leaves out what the one before it has said.

    It is taken for one too often rather than too seldom: then the question before it is only read in vain.
    """
    stands, needs = weights()[1].logits(vector)
    return bool(needs > stands)


def masked(question: str, names: Sequence[str]) -> str:
    """The question with other words for the one or two things that it names: they say nothing of its scope."""
    words = ("this", "that") if len(names) == 2 else ("that topic",)
    for name, word in zip(names, words, strict=True):
        pattern = r"\W+".join(map(re.escape, name.split()))
        question = re.sub(rf"\b{pattern}\w*", word, question, flags=re.IGNORECASE)
    return question
