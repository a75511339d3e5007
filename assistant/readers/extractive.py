"""The offline reader: chooses sentences and lists of the passages and arranges them into an answer.

It never writes a sentence of its own, apart from the connecting words in `prompts.py`. Every unit of the
passages (sentence, list, heading) is scored against the question; the best one answers, or the best one for
each side of a comparison; where none is good enough, the article does not say.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from langchain_core.runnables import Runnable, RunnableConfig

from assistant import prompts
from assistant.answers import RetrievedPassage
from assistant.citations import escape
from assistant.lexicon import content_words, stem
from assistant.outline import subsections
from assistant.question import Side, halves, holds
from assistant.readers import Draft, Reading
from assistant.readers.evidence import Candidate, Evidence
from assistant.streams import streaming
from assistant.units import POINTS_BACK, SIGNPOST, Unit, units
from ingest.passages import note_after
from ingest.text import Span

ENOUGH = 0.5  # the least score that answers; found on the tuning part of core.jsonl
_SECOND = 0.85  # a second sentence is added where it has at least this share of the best one's score
_LIST = 0.75  # a list answers a question for a list where it has at least this share of the best score
_ANNOUNCING = frozenset(["include", "includes", "including", "following", "follows", "below"])
_LONGEST = 60  # words of an answer of two sentences


@dataclass(frozen=True)
class Line:
    """One line of an answer: the passage it quotes, the words, and what connects it to the rest."""

    number: int
    text: str
    label: str = ""
    item: bool = False


@dataclass(frozen=True)
class Decision:
    """The lines of the answer (none: a refusal), why it is so, and what a person should know besides."""

    lines: list[Line]
    reason: str
    notices: tuple[str, ...] = ()
    about: int | None = None  # the number of the passage that the notices are about


def make_reader(evidence: Evidence) -> Runnable[Reading, Draft]:
    """A reader that scores with `evidence`; while it streams, each draft has one line more."""

    def read(reading: Reading, config: RunnableConfig) -> Iterator[Draft]:
        decision = decide(reading, evidence.rank(reading.question, reading.passages), evidence)
        if not decision.lines:
            yield Draft(prompts.refusal(len(reading.sources)), decision.notices, decision.about)
        text = ""
        for line in decision.lines:
            text += _markdown(line, text)
            yield Draft(text, decision.notices)

    return streaming(read, name="extractive")


def decide(reading: Reading, ranked: list[Candidate], evidence: Evidence) -> Decision:
    """What to answer, from the units as they rank for the question."""
    question = reading.question
    if question.kind == "instruction":
        return Decision([], "it tells the assistant to do something instead of asking")
    if question.kind == "list" and question.compares and (lists := _lists_of_both(reading, evidence)):
        return lists
    if lost := _lost_list(reading, ranked):
        return lost
    best = [c for c in ranked if c.score >= ENOUGH and c.counts and not _says_nothing(c.unit)]
    if not question.yes_or_no:  # the words of the question are no answer to it
        best = [c for c in best if c.adds or c.unit.kind == "heading"]
    if not best:
        highest = f"{ranked[0].score:.2f}" if ranked else "none"
        return Decision([], f"the best score is {highest}, an answer needs {ENOUGH}")
    if question.kind in ("list", "count") and (lines := _list(best, reading, ranked)):
        return Decision(_counted(lines) if question.kind == "count" else lines, "a list answers")
    return _from_sentences(reading, best, evidence)


def _from_sentences(reading: Reading, best: list[Candidate], evidence: Evidence) -> Decision:
    question = reading.question
    best = [c for c in best if holds(question.kind, c.unit.text) and not _is_bare_heading(c, reading)]
    if not best:
        return Decision([], f"no sentence holds what is asked for: a {question.kind}")
    counted = question.kind in ("count", "percentage", "price", "duration", "date")
    if question.compares and not counted and (pair := _comparison(reading, evidence, best)):
        return Decision(pair, "one sentence for each side answers")
    return Decision(_sentences(best, alone=question.kind == "definition"), "the best sentences answer")


# Lists ---------------------------------------------------------------------------------------------------------


def _list(best: list[Candidate], reading: Reading, ranked: list[Candidate]) -> list[Line]:
    """The first good list among the best units; nothing where the best one is a sentence that is a list itself."""
    if best[0].unit.kind == "sentence" and _enumerates(best[0].unit.text):
        return []
    for candidate in best:
        if candidate.score < _LIST * best[0].score:
            break
        if lines := _list_around(candidate, reading, ranked):
            return lines
    return []


def _list_around(candidate: Candidate, reading: Reading, ranked: list[Candidate]) -> list[Line]:
    """The list that a candidate is or belongs to; else the headings below its section; else nothing."""
    asked = reading.question.sides
    if candidate.unit.kind in ("list", "item"):
        for other in ranked:
            right = not (other.side and asked) or other.side in asked
            if other.unit.kind == "list" and right and _overlap(other, candidate):
                return _whole(other)
        return []
    return _outline(reading.passages[candidate.number - 1], reading)


def _outline(above: RetrievedPassage, reading: Reading) -> list[Line]:
    """The headings right below a section, in the order of the text; nothing unless all of them were retrieved."""
    wanted = subsections(reading.sources[above.source]).get(above.section, ())
    found: dict[str, Line] = {}
    for number, passage in enumerate(reading.passages, start=1):
        first = units(passage.text)[:1]
        if passage.source == above.source and passage.section in wanted and first and first[0].kind == "heading":
            found[passage.section] = Line(number, re.sub(r"^\d+[.)]\s*", "", first[0].text), item=True)
    if len(wanted) < 2 or len(found) < len(wanted):
        return []
    return [*_heading(above, reading), *(found[section] for section in wanted)]


def _heading(above: RetrievedPassage, reading: Reading) -> list[Line]:
    """The heading of the section, which announces the headings below it."""
    for number, passage in enumerate(reading.passages, start=1):
        first = units(passage.text)[:1]
        same = (passage.source, passage.section) == (above.source, above.section)
        if same and first and first[0].kind == "heading":
            return [Line(number, first[0].text)]
    return []


def _lists_of_both(reading: Reading, evidence: Evidence) -> Decision | None:
    """A list for each side under its name; for a side whose list the source text lost, a notice that says so."""
    lines: list[Line] = []
    notices: tuple[str, ...] = ()
    about = None
    for side, half in _halves(reading):
        ranked = evidence.rank(half.question, half.passages)
        best = [c for c in ranked if c.score >= ENOUGH and c.side == side]
        if lost := _lost_list(half, [c for c in ranked if c.side == side]):
            notices += lost.notices
            about = about or lost.about
        elif best and best[0].unit.kind in ("list", "item") and (found := _list_around(best[0], half, ranked)):
            lines += [replace(found[0], label=f"{side}:"), *found[1:]]
    both = bool(lines) and (
        bool(notices) or sum(bool(line.label) for line in lines) == len(reading.question.sides)
    )
    if both or notices:
        return Decision(lines, "a list for each side answers", notices, about)
    return None


def _lost_list(reading: Reading, ranked: list[Candidate]) -> Decision | None:
    """The refusal of a list that the source text lost, where the best unit announces that very list.

    A note of ours stands right behind the lead-in of a lost list. The question has to name what the lead-in
    announces ("services"), and no list with the same lead-in was kept.
    """
    best = ranked[0] if ranked else None
    if best is None or best.score < ENOUGH or not best.unit.text.endswith(":"):
        return None
    passage = reading.passages[best.number - 1]
    lost = note_after(reading.sources[passage.source].text, passage.start + best.unit.span.end) is not None
    kept = any(c.unit.kind == "list" and c.unit.lead_in == best.unit.text for c in ranked)
    announced = [stem(word) for word in content_words(best.unit.text) if word not in _ANNOUNCING][-1:]
    if not lost or kept or not set(announced) <= {stem(word) for word in content_words(reading.question.text)}:
        return None
    notice = prompts.LOST_LIST.format(lead_in=" ".join(best.unit.text.split()))
    return Decision([], "the list asked for is missing", (notice,), best.number)


def _counted(lines: list[Line]) -> list[Line]:
    """A list with the number of its items ahead of it."""
    items = [line for line in lines if line.item]
    count = prompts.COUNTS[len(items)] if len(items) < len(prompts.COUNTS) else str(len(items))
    return [replace(lines[0], label=f"{count}:"), *lines[1:]]


# Sentences -----------------------------------------------------------------------------------------------------


def _sentences(best: list[Candidate], alone: bool) -> list[Line]:
    """The best unit, and unless it is to stand alone the next one, where that is as good and still short."""
    chosen = [best[0]]
    for candidate in [] if alone else best[1:]:
        if candidate.score < _SECOND * best[0].score:
            break
        words = len(best[0].unit.text.split()) + len(candidate.unit.text.split())
        if words <= _LONGEST and not _overlap(best[0], candidate) and candidate.unit.kind != "list":
            chosen.append(candidate)
            break
    if chosen[-1].number == chosen[0].number:  # in the order of the text
        chosen.sort(key=lambda c: c.unit.span)
    return list(dict.fromkeys(line for c in chosen for line in _whole(c)))


def _comparison(reading: Reading, evidence: Evidence, best: list[Candidate]) -> list[Line] | None:
    """The best sentence for each side under its name, from one section that has both; else nothing."""
    firsts: list[dict[tuple[str, str], Candidate]] = []  # for each side, the best sentence of each section
    for side, half in _halves(reading):
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


def _halves(reading: Reading) -> list[tuple[Side, Reading]]:
    """The same reading for each side that is asked about, with the question about that side alone."""
    question = reading.question
    return [
        (side, replace(reading, question=replace(question, text=half, sides=(side,))))
        for side, half in zip(question.sides, halves(question), strict=True)
    ]


def _is_sentence(unit: Unit) -> bool:
    return unit.kind in ("sentence", "item") and not _says_nothing(unit) and not SIGNPOST.match(unit.text)


def _says_nothing(unit: Unit) -> bool:
    """A lead-in without its list, or a sentence of one or two words."""
    return unit.kind == "sentence" and (unit.text.endswith(":") or len(unit.text.split()) <= 2)


def _is_bare_heading(candidate: Candidate, reading: Reading) -> bool:
    """A heading that has a text below it, which says more."""
    passage = reading.passages[candidate.number - 1]
    return candidate.unit.kind == "heading" and candidate.unit.span.end < len(passage.text.rstrip())


def _enumerates(text: str) -> bool:
    """A sentence that is a list: with two commas, or one and an "and" or "or"."""
    return text.count(",") + len(re.findall(r",[^,]* (?:and|or) ", text)) >= 2


# Lines ---------------------------------------------------------------------------------------------------------


def _whole(candidate: Candidate) -> list[Line]:
    """A unit as lines: a list with its lead-in and items; a sentence after the one that it points back to."""
    unit, number = candidate.unit, candidate.number
    if unit.kind != "list":
        before = [Line(number, unit.before)] if unit.before and POINTS_BACK.match(unit.text) else []
        return [*before, Line(number, unit.text)]
    items = [Line(number, _at(unit, item), item=True) for item in unit.items]
    return [Line(number, unit.lead_in), *items] if unit.lead_in else items


def _at(unit: Unit, item: Span) -> str:
    return unit.text[item.start - unit.span.start : item.end - unit.span.start]


def _overlap(a: Candidate, b: Candidate) -> bool:
    (s, t), (u, v) = a.unit.span, b.unit.span
    return a.number == b.number and max(s, u) < min(t, v)


def _markdown(line: Line, before: str) -> str:
    """A line as Markdown, with what separates it from the text before it."""
    label = f"**{line.label}** " if line.label else ""
    text = f"{'- ' if line.item else ''}{label}{escape(line.text)} [{line.number}]"
    if not before:
        return text
    return f"\n{text}" if line.item and not line.label else f"\n\n{text}"
