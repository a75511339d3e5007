"""How sure it is that a text answers a question at all, from a few signals, by logistic regression.

Similarity tells questions on other subjects, but is nearly blind to those on the text's own subject that it
does not answer. Three things see these: the kind of answer asked for is nowhere near, the question names what
the text never does, and it is more like questions that are known to have no answer there.
"""

import math
from dataclasses import dataclass

_NAMED = 0.5  # the least cosine of a word with one that means nearly the same


@dataclass(frozen=True)
class Signals:
    """What is known about a question and the unit that answers it best."""

    margin: float | None  # likeness to answered minus to unanswered indexed questions; None: the text has not both
    reverse: float  # mean over the unit's tokens of the best cosine with a token of the question
    words: float  # share of the question's words, weighted by rarity, that the unit and what is around it hold
    strange: int  # names in the question that the texts do not have
    named: float = 1.0  # the best cosine of the things asked for ("which services") there; 1 where none are named
    defines: bool = False  # the unit defines the very thing that the question asks to define


def confidence(signals: Signals, holds: bool) -> float:
    """The probability that the text answers; `holds`: a good unit holds the kind of thing that is asked for."""
    missing, strange = float(not holds or signals.named < _NAMED), min(signals.strange, 2)
    if signals.margin is not None:
        score = -0.95 + 10.9 * signals.margin + 3.5 * signals.reverse - 2.8 * missing - 1.8 * strange
    else:
        score = -0.9 + 4.5 * signals.reverse + 0.5 * signals.words - 3.6 * missing - 1.9 * strange
    score += 2.0 * signals.defines
    return (1 + math.tanh(score / 2)) / 2  # the logistic function, which overflows nowhere in this form
