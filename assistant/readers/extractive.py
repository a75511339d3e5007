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
from assistant.citations import escape
from assistant.question import Side, halves, holds
from assistant.readers import Draft, Reading
from assistant.readers.evidence import Candidate, Evidence
from assistant.streams import streaming
from assistant.units import POINTS_BACK, Unit, units
from ingest.passages import note_after
from ingest.text import Span

ENOUGH = 0.55  # the least score that answers; found on the tuning part of core.jsonl
_SECOND = 0.85  # a second sentence is added where it has at least this share of the best one's score
_LIST = 0.75  # a list answers a question for a list where it has at least this share of the best score
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
            text += _markdown(line, first=not text)
            yield Draft(text)

    return streaming(read, name="extractive")


def decide(reading: Reading, ranked: list[Candidate], evidence: Evidence) -> Decision:
    """What to answer, from the units as they rank for the question."""
    question = reading.question
    if ranked and _is_lost(ranked[0], reading, ranked):
        lead_in = " ".join(ranked[0].unit.text.split())
        notice = prompts.LOST_LIST.format(lead_in=lead_in)
        return Decision([], "the list asked for is missing", (notice,), ranked[0].number)
    best = [c for c in ranked if c.score >= ENOUGH and not _says_nothing(c.unit)]
    if not best:
        highest = f"{ranked[0].score:.2f}" if ranked else "none"
        return Decision([], f"the best score is {highest}, an answer needs {ENOUGH}")
    if question.kind in ("list", "count"):
        for candidate in [] if best[0].unit.kind == "sentence" and _enumerates(best[0].unit.text) else best:
            if candidate.score >= _LIST * best[0].score and (lines := _list(candidate, reading, ranked)):
                return Decision(_counted(lines) if question.kind == "count" else lines, "a list answers")
    best = [c for c in best if holds(question.kind, c.unit.text) and not _is_bare_heading(c, reading)]
    if not best:
        return Decision([], f"no sentence holds what is asked for: a {question.kind}")
    if question.compares and (pair := _comparison(reading, evidence, best)):
        return Decision(pair, "one sentence for each side answers")
    return Decision(_sentences(best, alone=question.kind == "definition"), "the best sentences answer")


def _is_lost(candidate: Candidate, reading: Reading, ranked: list[Candidate]) -> bool:
    """Whether it is the lead-in of a list that the source text lost, and of no list that it kept.

    A note of ours stands right behind the lead-in of a lost list.
    """
    if any(c.unit.kind == "list" and c.unit.lead_in == candidate.unit.text for c in ranked):
        return False
    passage = reading.passages[candidate.number - 1]
    end = passage.start + candidate.unit.span.end
    return candidate.unit.text.endswith(":") and note_after(reading.sources[passage.source].text, end) is not None


def _is_bare_heading(candidate: Candidate, reading: Reading) -> bool:
    """A heading that has a text below it, which says more."""
    passage = reading.passages[candidate.number - 1]
    return candidate.unit.kind == "heading" and candidate.unit.span.end < len(passage.text.rstrip())


def _enumerates(text: str) -> bool:
    """A sentence that is a list: with two commas, or one and an "and" or "or"."""
    return text.count(",") + len(re.findall(r",[^,]* (?:and|or) ", text)) >= 2


def _says_nothing(unit: Unit) -> bool:
    """A lead-in without its list, or a sentence of three words."""
    return unit.kind == "sentence" and (unit.text.endswith(":") or len(unit.text.split()) <= 2)


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
    chosen.sort(
        key=lambda c: (c.number, c.unit.span) if c.number == best[0].number else (c.number + 1000, c.unit.span)
    )
    return [line for c in chosen for line in _whole(c)]


def _comparison(reading: Reading, evidence: Evidence, best: list[Candidate]) -> list[Line] | None:
    """The best unit for each side under its name, from one section where it has both; else nothing."""
    by_side: dict[Side, list[Candidate]] = {}
    for side, half in zip(reading.question.sides, halves(reading.question), strict=True):
        ranked = evidence.rank(replace(reading.question, text=half, sides=(side,)), reading.passages)
        by_side[side] = [
            c
            for c in ranked
            if c.side == side and c.unit.kind in ("sentence", "item") and not _says_nothing(c.unit)
        ]
    if not all(by_side.values()):
        return None

    def section(candidate: Candidate) -> str:
        return reading.passages[candidate.number - 1].section

    both = {section(c) for c in by_side["BPO"]} & {section(c) for c in by_side["KPO"]}
    if not both:
        return None
    first = {
        s: [next(c for c in by_side[side] if section(c) == s) for side in reading.question.sides] for s in both
    }
    pair = max(first.values(), key=lambda pair: sum(c.score for c in pair))
    if (
        best[0].side is None
        and best[0].unit.kind == "sentence"
        and 2 * best[0].score > sum(c.score for c in pair) + 0.3
    ):
        return None  # one sentence about both says it better
    return [
        Line(c.number, c.unit.text, label=f"{side}:") for side, c in zip(reading.question.sides, pair, strict=True)
    ]


def _list(candidate: Candidate, reading: Reading, ranked: list[Candidate]) -> list[Line]:
    """The list that a candidate is or belongs to; else the headings below its section; else nothing."""
    if candidate.unit.kind == "list":
        return _whole(candidate)
    if candidate.unit.kind == "item":
        for other in ranked:
            if other.unit.kind == "list" and _overlap(other, candidate):
                return _whole(other)
    return _outline(reading.passages[candidate.number - 1].section, reading)


def _outline(section: str, reading: Reading) -> list[Line]:
    """The headings right below `section`, in the order of the text."""
    below = [
        (passage.start, Line(number, re.sub(r"^\d+[.)]\s*", "", unit.text), item=True))
        for number, passage in enumerate(reading.passages, start=1)
        if passage.section.rpartition(" > ")[0] == section
        for unit in units(passage.text)[:1]
        if unit.kind == "heading"
    ]
    lines = list(dict(sorted(below, key=lambda pair: pair[0])).values())
    return lines if len(lines) > 1 else []


def _counted(lines: list[Line]) -> list[Line]:
    """A list with the number of its items ahead of it."""
    items = [line for line in lines if line.item]
    count = prompts.COUNTS[len(items)] if len(items) < len(prompts.COUNTS) else str(len(items))
    first = lines[0]
    return [Line(first.number, first.text, label=f"{count}:", item=first.item), *lines[1:]]


def _whole(candidate: Candidate) -> list[Line]:
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


def _markdown(line: Line, first: bool) -> str:
    """A line as Markdown, with what separates it from the lines before it."""
    label = f"**{line.label}** " if line.label else ""
    text = f"{label}{escape(line.text)} [{line.number}]"
    if line.item:
        return f"- {text}" if first else f"\n- {text}"
    return text if first else f"\n\n{text}"
