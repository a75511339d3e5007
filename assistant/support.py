"""Does this evidence support this claim? A lexical test, without a model."""

import re
from collections import Counter

from assistant.lexicon import STOP_WORDS, content_words, stem
from ingest.text import words

WINDOW = 80  # content words of evidence that are looked at together
THRESHOLD = 0.63  # the share of the claim's content words that one window must hold

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_CAPITALISED = re.compile(r"\b[A-Z][\w&’'-]*")


def supports(evidence: str, claim: str) -> bool:
    """φ(evidence, claim): whether the evidence holds the claim's words, numbers and names.

    The best window of 80 content words of the evidence holds at least 63 % of the claim's content words (as
    stems), and every number and every capitalised name of the claim stands in the evidence. A claim without
    content words is not supported.
    """
    wanted = Counter(stem(word) for word in content_words(claim))
    if not wanted or strange_names(evidence, claim):
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


def strange_names(evidence: str, claim: str) -> list[str]:
    """The numbers and capitalised names of the claim that do not stand in the evidence.

    The first word of the claim has its capital from the sentence; it is a name only where it has a second one
    ("KPO").
    """
    known = set(words(evidence))
    numbers = [number for number in _NUMBER.findall(claim) if number not in known]
    names = [
        name
        for match in _CAPITALISED.finditer(claim)
        for name in [match.group()]
        if match.start() > 0 or name[1:] != name[1:].lower()
        if any(part not in known and part not in STOP_WORDS for part in words(name))
    ]
    return numbers + names
