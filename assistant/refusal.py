"""When an answer is a refusal: what was read hardly answers, or a reader has written nothing but that.

`readers/extractive.py` also refuses where there is nothing to quote, where a text or question is not in English,
and where what is asked for was lost; `finishing.py` where a strict answer has nothing that is proven.
"""

import math
from collections.abc import Sequence

from assistant import prompts
from assistant.answers import Sentence
from assistant.reading_model.model import NOTHING, Calibration, Read
from assistant.silence import claimed
from assistant.verdicts import claims_nothing
from ingest.text import fold


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


def refuses(probability: float, calibration: Calibration) -> bool:
    """Whether the answer is a refusal."""
    return probability < calibration.refuse_below


def is_refusal(text: str, documents: int) -> bool:
    """Whether a text is the refusal for so many documents, if not to the letter."""
    return _bare(text) == _bare(prompts.refusal(documents))


def only_refuses(sentences: Sequence[Sentence], documents: int) -> bool:
    """Whether nothing but a refusal is said, or what is said besides proves nothing.

    Behind one in words of a model's own, it also has to cite nothing. A document may say itself what it does not.
    """
    exactly = [one for one in sentences if is_refusal(one.text, documents)]
    others = [one for one in sentences if one not in exactly and (one.support == "quoted" or claimed(one.text))]
    return len(others) < len(sentences) and all(
        claims_nothing(one.text) or (one.support == "unsupported" and (exactly or not one.citations))
        for one in others
    )


def _bare(text: str) -> str:
    """Without markers, emphasis and the last stop: a model does not always repeat a refusal exactly."""
    return fold(prompts.MARKER.sub("", text)).text.removesuffix("</s>").strip(" .\"'`“”")
