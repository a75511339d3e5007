"""The test φ of the citation metrics, without a model: does this evidence hold the words of this claim?

It is no verdict on an answer (see `assistant/verdicts.py`), which is why it is simple and its own.
"""

from collections import Counter

from assistant.literals import names, unknown_amounts, without
from ingest.lexicon import content_words, stem

WINDOW = 80  # content words of evidence that are looked at together
THRESHOLD = 0.63  # the share of the claim's content words that one window must hold


def supports(evidence: str, claim: str) -> bool:
    """φ(evidence, claim): the best window of 80 content words of the evidence holds 63 % of the claim's, as stems.

    And every number and capitalised name of the claim stands in it. One without content words is not supported.
    """
    wanted = Counter(stem(word) for word in content_words(claim))
    if not wanted or unknown_amounts(claim, evidence) or without(names(claim), evidence):
        return False
    return coverage(evidence, wanted) >= THRESHOLD


def coverage(evidence: str, wanted: Counter[str]) -> float:
    """The largest share of `wanted` stems that one window of the evidence holds; 0 where nothing is wanted."""
    stems = [stem(word) for word in content_words(evidence)]
    held = Counter(stems[:WINDOW])
    common = best = (wanted & held).total()
    for leaving, entering in zip(stems, stems[WINDOW:], strict=False):  # the window moves by a word
        common -= held[leaving] <= wanted[leaving]
        held[leaving] -= 1
        held[entering] += 1
        common += held[entering] <= wanted[entering]
        best = max(best, common)
    return best / wanted.total() if wanted else 0.0
