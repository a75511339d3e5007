"""Answers that are sentences: the best ones, or one for each side of a comparison."""

from dataclasses import replace
from itertools import permutations

from assistant.evidence import Candidate, Evidence
from assistant.readers import Reading
from assistant.readers.lines import ASKED, SECOND, Line, halves_of, overlap, says_nothing, whole
from assistant.units import OVERVIEW, SIGNPOST, Unit
from ingest.lexicon import content_words, stem

_MOST = 3  # sentences of an answer
_LONGEST = 60  # words of an answer of several sentences


def sentences(best: list[Candidate], alone: bool) -> list[Line]:
    """The best unit, and unless it is to stand alone those that answer as well, while it stays short."""
    chosen = [best[0]]
    for candidate in [] if alone else best[1:]:
        as_good = candidate.score >= SECOND * best[0].score
        if not as_good and candidate.asked_for < ASKED:
            continue
        if candidate.unit.kind == "list" or any(overlap(candidate, other) for other in chosen):
            continue
        longer = _lines([*chosen, candidate])
        if len(longer) <= _MOST and sum(len(line.text.split()) for line in longer) <= _LONGEST:
            chosen.append(candidate)
    return _lines(chosen)


def _lines(chosen: list[Candidate]) -> list[Line]:
    """Passages as they rank, each in the order of its text."""
    order = list(dict.fromkeys(c.number for c in chosen))
    chosen = sorted(chosen, key=lambda c: (order.index(c.number), c.unit.span))
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


def contrast(reading: Reading, evidence: Evidence) -> list[Line]:
    """For each of two things compared, the best sentence that names it and not the other; else nothing."""
    lines: list[Line] = []
    for own, other in permutations(reading.question.compared or (), 2):
        mine, its = ({stem(word) for word in content_words(name)} for name in (own, other))
        for c in evidence.rank(replace(reading.question, text=own), reading.passages):
            said = {stem(word) for word in content_words(c.unit.text)}
            if _is_sentence(c.unit) and mine - its <= said and not (its - mine) & said:
                lines += whole(c)
                break
        else:
            return []
    return lines


def _is_sentence(unit: Unit) -> bool:
    points_ahead = SIGNPOST.match(unit.text) or OVERVIEW.match(unit.text)
    return unit.kind in ("sentence", "item") and not says_nothing(unit) and not points_ahead
