"""Answers that are lists: with its lead-in, of headings, one for each side, and those that the text lost."""

from dataclasses import replace

from assistant import prompts
from assistant.answers import RetrievedPassage
from assistant.evidence import Candidate, Evidence
from assistant.outline import subsections, unnumbered
from assistant.readers import Reading
from assistant.readers.lines import ASKED, Decision, Line, enumerates, halves_of, overlap, whole
from assistant.units import units
from ingest.lexicon import content_words, stem
from ingest.passages import note_after

_ALIKE = 1.2  # the least score of a lead-in that announces the list which is asked for
_LIST = 0.85  # a list answers a question for a list where it has at least this share of the best score
_ANNOUNCING = frozenset(["include", "includes", "including", "following", "follows", "below"])


def list_of(best: list[Candidate], reading: Reading, ranked: list[Candidate]) -> list[Line]:
    """The first good list among the best units; nothing where the best one is a sentence that is a list itself."""
    if best[0].unit.kind == "sentence" and enumerates(best[0].unit.text):
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
            if other.unit.kind == "list" and right and overlap(other, candidate):
                return whole(other)
        return []
    return _outline(reading.passages[candidate.number - 1], reading)


def _outline(above: RetrievedPassage, reading: Reading) -> list[Line]:
    """The headings right below a section, in the order of the text; nothing unless all of them were retrieved."""
    wanted = subsections(reading.sources[above.source]).get(above.section, ())
    found: dict[str, Line] = {}
    for number, passage in enumerate(reading.passages, start=1):
        first = units(passage.text)[:1]
        if passage.source == above.source and passage.section in wanted and first and first[0].kind == "heading":
            found[passage.section] = Line(number, unnumbered(first[0].text), item=True)
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


def lists_of_both(reading: Reading, evidence: Evidence) -> Decision | None:
    """A list for each side under its name; for a side whose list the source text lost, a notice that says so."""
    question = reading.question.text
    lines: list[Line] = []
    notices: tuple[str, ...] = ()
    about = None
    for side, half in halves_of(reading):
        ranked = evidence.rank(half.question, half.passages)
        best = [c for c in ranked if c.score >= _ALIKE and c.side == side]
        if lost := lost_list(half, [c for c in ranked if c.side == side]):
            notices += lost.notices
            about = about or lost.about
        elif best and _is_list_asked_for(best[0], question) and (found := _list_around(best[0], half, ranked)):
            lines += [replace(found[0], label=f"{side}:"), *found[1:]]
    both = bool(lines) and (
        bool(notices) or sum(bool(line.label) for line in lines) == len(reading.question.sides)
    )
    if both or notices:
        return Decision(lines, "a list for each side answers", notices, about)
    return None


def lost_list(reading: Reading, ranked: list[Candidate]) -> Decision | None:
    """The refusal of a list that the source text lost, where the best unit announces that very list.

    A note of ours stands right behind the lead-in of a lost list. The question has to name what the lead-in
    announces ("services"), and no list with the same lead-in was kept.
    """
    best = ranked[0] if ranked else None
    if best is None or best.score < _ALIKE or not best.unit.text.endswith(":"):
        return None
    passage = reading.passages[best.number - 1]
    lost = note_after(reading.sources[passage.source].text, passage.start + best.unit.span.end) is not None
    kept = any(c.unit.kind == "list" and c.unit.lead_in == best.unit.text for c in ranked)
    if not lost or kept or not _names_what_is_announced(reading.question.text, best.unit.text):
        return None
    notice = prompts.LOST_LIST.format(lead_in=" ".join(best.unit.text.split()))
    return Decision([], "the list asked for is missing", (notice,), best.number)


def _names_what_is_announced(question: str, lead_in: str) -> bool:
    """Whether a question names the things that a lead-in announces, such as services."""
    announced = [stem(word) for word in content_words(lead_in) if word not in _ANNOUNCING][-1:]
    return set(announced) <= {stem(word) for word in content_words(question)}


def _is_list_asked_for(candidate: Candidate, question: str) -> bool:
    is_list = candidate.unit.kind in ("list", "item")
    return is_list and (candidate.asked_for >= ASKED or _names_what_is_announced(question, candidate.unit.lead_in))


def counted(lines: list[Line]) -> list[Line]:
    """A list with the number of its items ahead of it."""
    items = [line for line in lines if line.item]
    count = prompts.COUNTS[len(items)] if len(items) < len(prompts.COUNTS) else str(len(items))
    return [replace(lines[0], label=f"{count}:"), *lines[1:]]
