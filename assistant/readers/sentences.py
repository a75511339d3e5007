"""Answers that are sentences: the best ones, or one for each side of a comparison."""

from assistant.evidence import Candidate, Evidence
from assistant.readers import Reading
from assistant.readers.lines import ASKED, SECOND, Line, halves_of, overlap, says_nothing, whole
from assistant.units import SIGNPOST, Unit

_MOST = 3  # sentences of an answer
_LONGEST = 60  # words of an answer of several sentences


def sentences(best: list[Candidate], alone: bool) -> list[Line]:
    """The best unit, and unless it is to stand alone those that answer as well, while it stays short."""
    chosen = [best[0]]
    words = len(best[0].unit.text.split())
    for candidate in [] if alone else best[1:]:
        as_good = candidate.score >= SECOND * best[0].score
        longer = words + len(candidate.unit.text.split())
        if not as_good and candidate.asked_for < ASKED:
            continue
        if candidate.unit.kind == "list" or any(overlap(candidate, other) for other in chosen):
            continue
        if longer <= _LONGEST and len(chosen) < _MOST:
            chosen.append(candidate)
            words = longer
    order = list(dict.fromkeys(c.number for c in chosen))  # passages as they rank, each in the order of its text
    chosen.sort(key=lambda c: (order.index(c.number), c.unit.span))
    return list(dict.fromkeys(line for c in chosen for line in whole(c)))


def comparison(reading: Reading, evidence: Evidence, best: list[Candidate]) -> list[Line] | None:
    """The best sentence for each side under its name, from one section that has both; else nothing."""
    firsts: list[dict[tuple[str, str], Candidate]] = []  # for each side, the best sentence of each section
    for side, half in halves_of(reading):
        first: dict[tuple[str, str], Candidate] = {}
        for c in evidence.rank(half.question, half.passages):
            if c.side == side and _is_sentence(c.unit):
                passage = reading.passages[c.number - 1]
                first.setdefault((passage.source, passage.section), c)
        firsts.append(first)
    pairs = [[first[section] for first in firsts] for section in firsts[0] if all(section in f for f in firsts)]
    if not pairs:
        return None
    pair = max(pairs, key=lambda pair: sum(c.score for c in pair))
    if (
        best[0].side is None
        and _is_sentence(best[0].unit)
        and 2 * best[0].score > sum(c.score for c in pair) + 0.3
    ):
        return None  # one sentence about both says it better
    sides = reading.question.sides
    return [Line(c.number, c.unit.text, label=f"{side}:") for side, c in zip(sides, pair, strict=True)]


def _is_sentence(unit: Unit) -> bool:
    return unit.kind in ("sentence", "item") and not says_nothing(unit) and not SIGNPOST.match(unit.text)
