"""A follow-up is read twice: behind the question before it, and alone.

Behind the earlier question it is understood, but what answers that question has all of its words, and is seldom
what is asked for next ("How long is the guarantee?", "and for an office?").
"""

import numpy as np

from assistant.reading_model.model import Read

_SUREST = 1e-6  # a probability of 0 has no logit


def combined(behind: Read, alone: Read, share: float) -> tuple[np.ndarray, float]:
    """The logits of a passage's units, (units,), and of the passage as a whole, for a follow-up.

    Their probabilities are those of both readings, mixed: that behind the earlier question has this share.
    """
    return _mixed(behind.units, alone.units, share), float(_mixed(behind.answers, alone.answers, share))


def _mixed(behind: np.ndarray | float, alone: np.ndarray | float, share: float) -> np.ndarray:
    p = np.clip(share * _probability(behind) + (1 - share) * _probability(alone), _SUREST, 1 - _SUREST)
    return np.log(p / (1 - p))


def _probability(logits: np.ndarray | float) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-np.asarray(logits))))
