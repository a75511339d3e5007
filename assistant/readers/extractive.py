"""The offline reader: arranges units of the passages (sentences, list items, table rows, headings) into an answer.

It never writes a sentence of its own; only the names of two things that a question compares stand before what it
quotes. The reading model has said of each unit whether it answers, `refusal` decides whether anything does.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from langchain_core.runnables import Runnable, RunnableConfig

from assistant import prompts
from assistant.conversation import asked_last
from assistant.headings import is_heading_of, last_heading
from assistant.holes import lost_behind, notice
from assistant.lines import Line, TableRow, markdown
from assistant.readers import Draft, ReaderInput
from assistant.readers.comparison import of_the_side_asked_for, other_sides, sides_of, sides_of_lists
from assistant.readers.selection import Candidate, beginning, candidates, select
from assistant.reading_model.model import Calibration
from assistant.refusal import refuses
from assistant.sides import Names, compared
from assistant.streams import streaming
from assistant.units import ends_with_colon
from ingest.language import foreign
from ingest.text import Span


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
    if overview := reading.overview:
        more = (prompts.LEFT_OUT.format(count=overview.left_out),) if overview.left_out else ()
        return Decision(overview.lines, "the question is asked of the whole", None, more)
    sure, ranked = reading.answerable, [c for c in candidates(reading) if not _announces_nothing(reading, c)]
    sections, asked = [passage.section for passage in reading.passages], asked_last(reading.question)
    if unread := _unread(reading, ranked, asked):
        return unread
    answering = {number for number, section in enumerate(sections, start=1) if is_heading_of(section, asked)}
    below = [c for c in ranked if c.unit.kind != "heading" and c.number in answering]
    if below:  # what stands below the very question answers it
        ranked, sure = below, max(sure, calibration.refuse_below)
    if refuses(sure, calibration):
        nearest = max(ranked, key=lambda c: c.likeness)
        if _lost(reading, nearest):
            return _missing(reading, nearest, sure)
        least = calibration.refuse_below
        return Decision([], f"the text answers with a probability of {sure:.2f}, {least:.2f} is needed", sure)
    names = compared(asked, [f"{p.section} {p.text}" for p in reading.passages])
    if names is None:
        ranked = of_the_side_asked_for(reading, ranked)
    chosen = select(ranked, calibration)
    if below and not last_heading(sections[below[0].number - 1]).endswith("?"):  # the section itself is asked for
        chosen = beginning(below)
    if names:
        chosen += other_sides(reading, ranked, chosen, names, calibration)
    lost = [candidate for candidate in chosen if _lost(reading, candidate)]
    kept = [candidate for candidate in chosen if candidate not in lost]
    if not kept or (ranked[0] in lost and not names):  # a neighbouring list fills no hole
        return _missing(reading, lost[0], sure)
    notices = tuple(dict.fromkeys(_notice(reading, candidate) for candidate in lost))
    return Decision(_arranged(reading, kept, names), "these units answer", sure, notices)


def _announces_nothing(reading: ReaderInput, candidate: Candidate) -> bool:
    """Whether no list stands behind what announces one, nor a note that it was lost."""
    unit = candidate.unit
    return ends_with_colon(unit.text) and not unit.leads_list and not _lost(reading, candidate)


def _unread(reading: ReaderInput, ranked: Sequence[Candidate], asked: str) -> Decision | None:
    """A refusal because there is nothing to quote, or nothing that the model can read."""
    if not ranked:
        return Decision([], "nothing was found that can be quoted", reading.answerable)
    if language := foreign(asked, reading.sources[reading.passages[0].source].language):
        return Decision([], "it is not in English", None, (prompts.ENGLISH_ONLY.format(language=language),))
    return None


def _missing(reading: ReaderInput, candidate: Candidate, sure: float) -> Decision:
    """A refusal because what a unit announces is missing."""
    return Decision([], "what is asked for is missing", sure, (_notice(reading, candidate),), candidate.number)


def _notice(reading: ReaderInput, candidate: Candidate) -> str:
    return notice(_lost(reading, candidate), candidate.unit.text)


def _lost(reading: ReaderInput, candidate: Candidate) -> str:
    """The note on what a unit announces, and its document lacks; empty where there is none."""
    source = reading.sources[reading.passages[candidate.number - 1].source]
    span = Span(candidate.start, candidate.start + len(candidate.unit.text))
    return lost_behind(source, span) if ends_with_colon(candidate.unit.text) else ""


def _arranged(reading: ReaderInput, chosen: Sequence[Candidate], names: Names | None) -> list[Line]:
    """The chosen units as lines; where the question names two things beside each other, under their names."""
    sides = sides_of(reading, chosen, names) if names else [None] * len(chosen)
    divided = [of for of, both in sides_of_lists(chosen, sides).items() if len(both) > 1]
    lines: list[Line] = []
    for name in (*(names or ()), None):
        own = [c for c, side in zip(chosen, sides, strict=True) if side == name]
        if name is None:  # of a list with items on either side only those
            own = [c for c in own if (c.number, c.unit.list) not in divided]
        for i, c in enumerate(_row_before_head(own)):
            # an item stands behind a dash, which also keeps one of several sentences together
            item = c.unit.kind in ("heading", "item", "row") and not c.unit.leads_list
            begins_so = item and name and c.unit.text.casefold().startswith(name.casefold())
            label = (
                f"{name}:" if name and i == 0 and not begins_so else prompts.COLUMNS if _is_head(c) and i else ""
            )
            lines.append(Line(c.number, c.unit.words, label, item))
    return lines


def _is_head(candidate: Candidate) -> bool:
    """Whether it names the columns of a table."""
    return candidate.unit.kind == "row" and candidate.unit.leads_list


def _row_before_head(chosen: Sequence[Candidate]) -> list[Candidate]:
    """The same; of a table with one row that row first: it is the answer, and its head says how to read it."""
    rows = Counter(c.group for c in chosen if c.unit.kind == "row")
    ordered = list(chosen)
    for i, (first, second) in enumerate(pairwise(chosen)):
        if _is_head(first) and first.group == second.group and rows[first.group] == 2:
            ordered[i : i + 2] = second, first
    return ordered
