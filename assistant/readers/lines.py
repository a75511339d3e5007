"""What the offline reader arranges: lines that quote units, and a decision made of them."""

import re
from dataclasses import dataclass, replace

from assistant.citations import escape
from assistant.evidence import Candidate
from assistant.question import Side, halves
from assistant.readers import Reading
from assistant.units import POINTS_BACK, Unit
from ingest.text import Span

ASKED = 0.5  # an indexed question that is so like the one asked is answered by what it quotes
SECOND = 0.9  # a further sentence is added where it has at least this share of the best one's score


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
    confidence: float | None = None  # how sure it is that the passages answer; not said where nothing was compared


def whole(candidate: Candidate) -> list[Line]:
    """A unit as lines: a list with its lead-in and items; a sentence after the one that it points back to."""
    unit, number = candidate.unit, candidate.number
    if unit.kind != "list":
        before = [Line(number, unit.before)] if unit.before and POINTS_BACK.match(unit.text) else []
        return [*before, Line(number, unit.text)]
    items = [Line(number, _at(unit, item), item=True) for item in unit.items]
    return [Line(number, unit.lead_in), *items] if unit.lead_in else items


def _at(unit: Unit, item: Span) -> str:
    return unit.text[item.start - unit.span.start : item.end - unit.span.start]


def overlap(a: Candidate, b: Candidate) -> bool:
    """Whether two units have words in common, as a list and its item have."""
    (s, t), (u, v) = a.unit.span, b.unit.span
    return a.number == b.number and max(s, u) < min(t, v)


def markdown(line: Line, before: str) -> str:
    """A line as Markdown, with what separates it from the text before it."""
    label = f"**{line.label}** " if line.label else ""
    text = f"{'- ' if line.item else ''}{label}{escape(line.text)} [{line.number}]"
    if not before:
        return text
    return f"\n{text}" if line.item and not line.label else f"\n\n{text}"


def halves_of(reading: Reading) -> list[tuple[Side, Reading]]:
    """The same reading for each side that is asked about, with the question about that side alone."""
    question = reading.question
    return [
        (side, replace(reading, question=replace(question, text=half, sides=(side,))))
        for side, half in zip(question.sides, halves(question), strict=True)
    ]


def says_nothing(unit: Unit) -> bool:
    """A lead-in without its list, or a sentence of one or two words."""
    return unit.kind == "sentence" and (unit.text.endswith(":") or len(unit.text.split()) <= 2)


def is_bare_heading(candidate: Candidate, reading: Reading) -> bool:
    """A heading that has a text below it, which says more."""
    passage = reading.passages[candidate.number - 1]
    return candidate.unit.kind == "heading" and candidate.unit.span.end < len(passage.text.rstrip())


def enumerates(text: str) -> bool:
    """A sentence that is a list: with two commas, or one and an "and" or "or"."""
    return text.count(",") + len(re.findall(r",[^,]* (?:and|or) ", text)) >= 2
