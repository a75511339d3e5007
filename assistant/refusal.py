"""The one place where it is decided that the documents do not say."""

import math
from collections.abc import Sequence

from assistant.reading_model.model import NOTHING, Calibration, Read
from ingest.language import ENGLISH, language_of


def signals(passages: Sequence[Read]) -> tuple[float, ...]:
    """What tells whether any of some passages answers, from the logits of their units and of each as a whole.

    The best unit and the second best, the best passage and the second best, and the passage with the best unit.
    Where there is but one of them, nothing speaks against it: it stands for the second, too.
    """
    units = sorted((logit for one in passages for logit in one.units.tolist()), reverse=True) or [NOTHING]
    whole = sorted((one.answers for one in passages), reverse=True) or [NOTHING]
    best = max(passages, key=lambda one: one.units.max(initial=NOTHING), default=None)
    return units[0], units[:2][-1], whole[0], whole[:2][-1], best.answers if best else NOTHING


def answerable(passages: Sequence[Read], calibration: Calibration) -> float:
    """The probability that some passages answer the question that they were read for."""
    weight, *weights = calibration.answers
    return 1 / (1 + math.exp(-weight - sum(w * x for w, x in zip(weights, signals(passages), strict=True))))


def foreign(question: str, nearest: str) -> str | None:
    """The language in which the reading model cannot read: the question's, else that of the nearest document."""
    languages = [language_of(text) for text in (question, nearest)]
    return next((language for language in languages if language != ENGLISH), None)


def refuses(probability: float, calibration: Calibration) -> bool:
    """Whether the answer is a refusal."""
    return probability < calibration.refuse_below
