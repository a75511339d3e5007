"""A follow-up is read three times: behind the question before it, alone, and that question without it.

Behind the earlier question it is understood, but what answers that question has all of its words, and is seldom
what is asked for next ("How long is the guarantee?", "and for an office?").
"""

from typing import NamedTuple

import numpy as np

from assistant.reading_model.model import Read


class Weights(NamedTuple):
    """How much the reading behind the earlier question counts, the one alone having the rest of 1.

    `against` is taken from a unit that surely answers the earlier question, and its share of that from others.
    """

    behind: float
    against: float


def combined(behind: Read, alone: Read, before: Read, weights: Weights) -> tuple[np.ndarray, float]:
    """The logits of a passage's units, (units,), and of the passage as a whole, for a follow-up."""
    answers_before = 1 / (1 + np.exp(-before.units))
    units = _between(behind.units, alone.units, weights.behind) - weights.against * answers_before
    return units, float(_between(behind.answers, alone.answers, weights.behind))


def _between(behind: np.ndarray | float, alone: np.ndarray | float, share: float) -> np.ndarray:
    return np.asarray(share * behind + (1 - share) * alone)
