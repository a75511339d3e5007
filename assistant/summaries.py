"""The lines of an answer that tells a document or a section as a whole, from its structure.

The first sentence that is more than a label carries a section. It was compared, on sections for which somebody had
chosen a sentence, with the very first one, that which resembles its section most, the most central one by LexRank
(Erkan and Radev 2004), the one nearest to its heading, and the one that the reading model takes for the heading's
answer: it was the chosen one more often than any of them, and hardly less often than all signs weighed together.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import NamedTuple

from assistant.lines import Line, TableRow
from assistant.pieces import LONG_ENOUGH
from assistant.units import Unit, ends_with_colon, units
from ingest.lexicon import content_words
from ingest.passages import Passage

LONGEST = 150  # words of a summary; so many more may be headings of what comes behind
_FEWEST = 3  # sections of a document that are worth a sentence each
_SENTENCE = re.compile(r"[.!?…。！？।][\"'”’」』)\]*_]*$")

Found = tuple[Passage, Unit]


class _Section(NamedTuple):
    """Of a section its heading, if it has one, and what tells it: a sentence, headings, or else what it lists."""

    heading: Found | None
    row: list[Found]
    lists: bool = False


@dataclass(frozen=True)
class Overview:
    """The lines of an answer, the passages that they quote, and how many sections or documents are left out."""

    passages: tuple[Passage, ...]
    lines: tuple[Line | TableRow, ...]
    left_out: int = 0


def summarized(passages: Sequence[Passage]) -> Overview:
    """The sections of a document, all of whose passages are given in order.

    Each with the headings below its own, or, where these are few, with its first sentence; one that has none with
    its first list, where the others leave room for that. Those that come when `LONGEST` words are reached are told
    only by their heading.
    """
    sections = _without_long_lists([_carried(section) for section in _main_sections(passages)])
    kept: list[Passage] = []
    lines: list[Line] = []
    words = left_out = 0
    for section in sections:
        heading, row = section.heading, section.row
        if words + _words([heading, *row]) > LONGEST:
            words, row = max(words, LONGEST), []  # no later one is told more of than this
        words += _words([heading, *row])
        if words > 2 * LONGEST or not (heading or row):
            left_out += 1
        elif len(row) == 1:
            lines.append(_labelled(heading, row[0], kept))
        else:
            lines += [line(heading, kept)] if heading else []
            lines += [_in_list(one, kept) for one in row]
    return Overview(tuple(kept), tuple(lines), left_out)


def told(section: Sequence[Passage]) -> Overview | None:
    """All that a section says, in order; summed up where that is longer than `LONGEST` words.

    `None` where a list that it announces is missing.
    """
    found = [(p, unit) for p in section for unit in units(p.text)]
    if any(_misses_its_list(unit) for _, unit in found):
        return None
    if _words(found) > LONGEST:
        return summarized(section)
    heading = found[0] if found[:1] and found[0][1].kind == "heading" else None
    kept: list[Passage] = []
    lines = []
    for one in found[heading is not None :]:
        lines.append(_in_list(one, kept) if one[1].list is not None else line(one, kept))
    return Overview(tuple(kept), tuple(lines))


def begun(documents: Sequence[Sequence[Passage]], left_out: int) -> Overview:
    """How each of several documents begins, from its first passages: with its title and its first sentence.

    `left_out`: how many more there are.
    """
    kept: list[Passage] = []
    lines = []
    for passages in documents:
        found = [(p, unit) for p in passages for unit in units(p.text)]
        heading = next((one for one in found[:1] if one[1].kind == "heading"), None)
        if first := first_sentence(found):
            lines.append(_labelled(heading, first, kept))
        elif heading:
            lines.append(line(heading, kept))
    return Overview(tuple(kept), tuple(lines), left_out)


def _main_sections(passages: Sequence[Passage]) -> list[list[Passage]]:
    """The passages by the highest level of headings that has a few; each for itself where none has."""
    paths = [passage.section.split(" > ") for passage in passages]
    depths = range(1, max(map(len, paths), default=0) + 1)
    depth = next((depth for depth in depths if len({tuple(path[:depth]) for path in paths}) >= _FEWEST), None)
    if depth is None:
        return [[passage] for passage in passages]
    return [list(of) for _, of in groupby(passages, lambda p: p.section.split(" > ")[:depth])]


def _carried(section: Sequence[Passage]) -> _Section:
    """What is told of a section."""
    found = [(p, unit) for p in section for unit in units(p.text)]
    headings = [one for one in found if one[1].kind == "heading" and not _is_title(one)]
    heading = headings[0] if headings and headings[0] == found[0] else None
    below = [one for one in headings[heading is not None :] if not one[1].asks]
    if heading and len(below) >= _FEWEST:
        return _Section(heading, below)
    first = first_sentence(found)
    return _Section(heading, [first] if first else _first_list(found), lists=first is None)


def _without_long_lists(sections: Sequence[_Section]) -> Iterator[_Section]:
    """The sections, of which only those lists are kept for which the others leave room."""
    room = LONGEST - sum(_words([one.heading, *([] if one.lists else one.row)]) for one in sections)
    for one in sections:
        fits = not one.lists or _words(one.row) <= room
        room -= _words(one.row) if one.lists and fits else 0
        if one.row and (one.heading or fits):
            yield one if fits else _Section(one.heading, [])


def _words(found: Sequence[Found | None]) -> int:
    return sum(len(one[1].text.split()) for one in found if one)


def _is_title(found: Found) -> bool:
    """Whether a heading is that of the whole document."""
    passage, unit = found
    return passage.text[: unit.span.start].strip() == "#"


def tells(unit: Unit) -> bool:
    """Whether it is a whole sentence that says something by itself."""
    return unit.kind == "sentence" and not unit.asks and bool(_SENTENCE.search(unit.text))


def first_sentence(found: Sequence[Found]) -> Found | None:
    """The first that tells more than a label does ("Times are local.", "Yes."); else the first of these."""
    telling = [one for one in found if tells(one[1])]
    long = (one for one in telling if len(set(content_words(one[1].text))) >= LONG_ENOUGH)
    return next(long, telling[0] if telling else None)


def _first_list(found: Sequence[Found]) -> list[Found]:
    """The first list or table, as far as its passage has it, with what announces it."""
    first = next((one for one in found if one[1].list is not None), None)
    return [one for one in found if first and (one[0], one[1].list) == (first[0], first[1].list)]


def _misses_its_list(unit: Unit) -> bool:
    """Whether it announces something, and nothing comes."""
    return unit.kind == "sentence" and ends_with_colon(unit.text) and not unit.leads_list


def _labelled(heading: Found | None, sentence: Found, kept: list[Passage]) -> Line:
    """A sentence below its heading, where it has one."""
    label = line(heading, kept).text.rstrip(":") if heading else ""
    label += ":" if label and not label.endswith("?") else ""
    return replace(line(sentence, kept), label=label)


def _in_list(found: Found, kept: list[Passage]) -> Line:
    """A unit as an item of a list, if it does not announce one."""
    return replace(line(found, kept), item=not found[1].leads_list)


def line(found: Found, kept: list[Passage]) -> Line:
    """A unit as a line; its passage is kept."""
    passage, unit = found
    if passage not in kept:
        kept.append(passage)
    return Line(kept.index(passage) + 1, unit.words)
