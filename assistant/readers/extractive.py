"""The offline reader: arranges units of the passages (sentences, list items, table rows, headings) into an answer.

It never writes a sentence of its own; only the names of two things that a question compares stand before what it
quotes. The reading model has said of each unit whether it answers, `refusal` decides whether anything does.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from langchain_core.runnables import Runnable, RunnableConfig

from assistant import prompts
from assistant.citations import escape
from assistant.conversation import turns
from assistant.headings import is_heading_of, unnumbered
from assistant.overview import Overview, Row
from assistant.readers import Draft, ReaderInput
from assistant.readers.selection import Candidate, candidates, select
from assistant.reading_model.model import Calibration, PassageReading
from assistant.refusal import answerable, foreign, refuses
from assistant.sides import Names, compared, side_in, side_of
from assistant.streams import streaming
from assistant.units import Unit, units
from ingest.comments import note_after


@dataclass(frozen=True)
class Line:
    """One line of an answer: the passage it quotes, the words, and whose side it is on."""

    number: int
    text: str
    label: str = ""
    item: bool = False


@dataclass(frozen=True)
class TableRow:
    """A row of a table: what a section says of either of two things; the first has these above it."""

    row: Row
    names: Names


@dataclass(frozen=True)
class Decision:
    """The lines of the answer (none: a refusal), why it is so, and what a person should know besides."""

    lines: Sequence[Line | TableRow]
    reason: str
    confidence: float | None  # how sure it is that this answers; `None` where that was not asked
    notices: tuple[str, ...] = ()
    about: int | None = None  # the number of the passage that the notices are about


def make_reader(calibration: Calibration) -> Runnable[ReaderInput, Draft]:
    """A reader with these thresholds; while it streams, each draft has one line more."""

    def read(reading: ReaderInput, config: RunnableConfig) -> Iterator[Draft]:
        decision = decide(reading, calibration)
        if not decision.lines:
            refusal = prompts.refusal(len(reading.sources))
            yield Draft(refusal, decision.notices, decision.about, confidence=decision.confidence)
        text = ""
        for line in decision.lines:
            text += markdown(line, text)
            yield Draft(text, decision.notices, confidence=decision.confidence)

    return streaming(read, name="extractive")


def decide(reading: ReaderInput, calibration: Calibration) -> Decision:
    """What to answer."""
    if reading.overview:
        return Decision(
            _lines_of(reading.overview), "the question is asked of the whole", None, _more(reading.overview)
        )
    sure, ranked = reading.answerable, candidates(reading)
    sections, asked = [passage.section for passage in reading.passages], turns(reading.question)[-1]
    if unread := _unread(reading, ranked, asked):
        return unread
    answering = {number for number, section in enumerate(sections, start=1) if is_heading_of(section, asked)}
    below = [c for c in ranked if c.unit.kind != "heading" and c.number in answering]
    if below:  # what stands below the very question answers it
        ranked, sure = below, max(sure, calibration.refuse_below)
    if refuses(sure, calibration):
        nearest = max(ranked, key=lambda c: c.likeness)
        if _is_lost_list(reading, nearest):
            return _missing(nearest, sure)
        least = calibration.refuse_below
        return Decision([], f"the text answers with a probability of {sure:.2f}, {least:.2f} is needed", sure)
    names = compared(asked, [f"{p.section} {p.text}" for p in reading.passages])
    if names is None:
        ranked = _of_the_side_asked_for(reading, ranked)
    chosen = select(ranked, calibration.further, calibration.further_row)
    if names:
        chosen += _other_sides(reading, ranked, chosen, names, calibration)
    lost = [candidate for candidate in chosen if _is_lost_list(reading, candidate)]
    kept = [candidate for candidate in chosen if candidate not in lost]
    if not kept or (ranked[0] in lost and not names):  # a neighbouring list fills no hole
        return _missing(lost[0], sure)
    notices = tuple(dict.fromkeys(_notice(candidate) for candidate in lost))
    return Decision(_arranged(reading, kept, names), "these units answer", sure, notices)


def _unread(reading: ReaderInput, ranked: Sequence[Candidate], asked: str) -> Decision | None:
    """A refusal because there is nothing to quote, or nothing that the model can read."""
    if not ranked:
        return Decision([], "nothing was found that can be quoted", reading.answerable)
    if language := foreign(asked, reading.sources[reading.passages[0].source].text):
        return Decision([], "it is not in English", None, (prompts.ENGLISH_ONLY.format(language=language),))
    return None


def _more(overview: Overview) -> tuple[str, ...]:
    """What a person should know of what an overview leaves out."""
    return (prompts.LEFT_OUT.format(count=overview.left_out),) if overview.left_out else ()


def _lines_of(overview: Overview) -> list[Line | TableRow]:
    if overview.names:
        return [TableRow(row, overview.names) for row in overview.rows]
    lines: list[Line | TableRow] = []
    for row in overview.rows:
        quotes = [quote for quote in row.quotes if quote]
        sentence = quotes[:1] if quotes and quotes[0].unit.kind != "heading" else []
        if row.heading and not sentence:
            lines.append(Line(row.heading.number, row.heading.text))
            lines += [Line(quote.number, quote.text, item=True) for quote in quotes]
        label = f"{row.heading.text.rstrip(':')}:" if row.heading else ""
        lines += [Line(quote.number, quote.text, label) for quote in sentence]
    return lines


def _of_the_side_asked_for(reading: ReaderInput, ranked: list[Candidate]) -> list[Candidate]:
    """Where a title compares two things, of which the question names one, nothing on the other."""
    asked = turns(reading.question)[-1]
    for title in dict.fromkeys(reading.sources[passage.source].title for passage in reading.passages):
        names = compared(title, [title])
        side = side_of(asked, [], names) if names else None
        if names and side:
            other = names[side == names[0]]
            return [c for c in ranked if _side(reading, c, names) != other] or ranked
    return ranked


def _missing(candidate: Candidate, sure: float) -> Decision:
    """A refusal because the list that a unit announces is missing."""
    return Decision([], "the list asked for is missing", sure, (_notice(candidate),), candidate.number)


def _notice(candidate: Candidate) -> str:
    return prompts.LOST_LIST.format(lead_in=" ".join(candidate.unit.text.split()))


def _is_lost_list(reading: ReaderInput, candidate: Candidate) -> bool:
    """Whether a unit announces a list that the source text lost: a note stands behind it."""
    passage = reading.passages[candidate.number - 1]
    end = passage.start + candidate.unit.span.end
    announces = candidate.unit.text.rstrip("*_ ").endswith(":")
    return announces and note_after(reading.sources[passage.source].text, end) is not None


def _arranged(reading: ReaderInput, chosen: Sequence[Candidate], names: Names | None) -> list[Line]:
    """The chosen units as lines; where the question names two things beside each other, under their names."""
    sides = _sides(reading, chosen, names) if names else []
    if not names or not any(sides):
        return [Line(c.number, _words(c.unit), item=_is_item(c.unit)) for c in chosen]
    lines: list[Line] = []
    for name in (*names, None):
        own = [c for c, side in zip(chosen, sides, strict=True) if side == name]
        for i, c in enumerate(own):
            lines.append(Line(c.number, _words(c.unit), f"{name}:" if name and i == 0 else "", _is_item(c.unit)))
    return lines


def _other_sides(
    reading: ReaderInput,
    ranked: Sequence[Candidate],
    chosen: Sequence[Candidate],
    names: Names,
    calibration: Calibration,
) -> list[Candidate]:
    """For each side that none of the chosen is on its best sentence, if that alone would be answered with."""
    missing = [name for name in names if name not in _sides(reading, chosen, names)]
    found: dict[str, Candidate] = {}
    for candidate in ranked:
        if missing and candidate.unit.kind == "sentence" and candidate not in chosen:
            alone = PassageReading(np.array([candidate.score]), candidate.score)
            side = _side(reading, candidate, names)
            if side in missing and not refuses(answerable([alone], calibration), calibration):
                found.setdefault(side, candidate)
    return list(found.values())


def _sides(reading: ReaderInput, chosen: Sequence[Candidate], names: Names) -> list[str | None]:
    """Whose side each unit is on; a list is on one side as a whole, that of its first unit which is on any."""
    found = [_side(reading, candidate, names) for candidate in chosen]
    of_lists: dict[tuple[int, int], str] = {}
    for candidate, side in zip(chosen, found, strict=True):
        if candidate.unit.list is not None and side:
            of_lists.setdefault((candidate.number, candidate.unit.list), side)
    return [
        side if c.unit.list is None else of_lists.get((c.number, c.unit.list))
        for c, side in zip(chosen, found, strict=True)
    ]


def _side(reading: ReaderInput, candidate: Candidate, names: Names) -> str | None:
    """Whose side a unit is on."""
    passage = reading.passages[candidate.number - 1]
    every = units(passage.text)
    return side_in(every, every.index(candidate.unit), passage.section, names)


def _words(unit: Unit) -> str:
    return unnumbered(unit.text) if unit.kind == "heading" else unit.text


def _is_item(unit: Unit) -> bool:
    """Whether it stands behind a dash, which also keeps one of several sentences together."""
    return unit.kind in ("heading", "item", "row") and not unit.announces


def markdown(line: Line | TableRow, before: str) -> str:
    """A line as Markdown, with what separates it from the text before it."""
    if isinstance(line, TableRow):
        quotes = (line.row.heading, *line.row.quotes)
        cells = [f"{escape(one.text)} [{one.number}]" if one else "–" for one in quotes]
        head = "" if before else f"| | {' | '.join(map(escape, line.names))} |\n| --- | --- | --- |"
        return f"{head}\n| {' | '.join(cells)} |"
    label = f"**{escape(line.label).replace('*', '')}** " if line.label else ""
    text = f"{'- ' if line.item else ''}{label}{escape(line.text)} [{line.number}]"
    if not before:
        return text
    return f"\n{text}" if line.item and not line.label else f"\n\n{text}"
