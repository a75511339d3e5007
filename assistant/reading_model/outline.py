"""The headings below a section, which the model reads together: what a text lists, it often lists in headings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from assistant.answers import RetrievedPassage
from assistant.units import Unit
from ingest.passages import Passage, section_above
from ingest.text import Span, count_tokens

OUTLINE_TOKENS = 200  # of headings, each a sign and a word at least; the embedding model reads so many


@dataclass(frozen=True)
class Outline:
    """The headings right below a section, read together as one passage; `places` is where each stands."""

    source: str
    section: str
    text: str
    places: tuple[Span, ...]


PassageLike = Passage | RetrievedPassage | Outline  # what the model reads


class Place(NamedTuple):
    """Where a unit of a passage stands."""

    source: str
    span: Span


def outlines(headings: Sequence[Passage]) -> list[Outline]:
    """Bare headings, those of one section as one outline; one alone is none."""
    below: dict[tuple[str, str], list[Passage]] = {}
    for heading in headings:
        below.setdefault((heading.source, section_above(heading.section)), []).append(heading)
    return [
        Outline(*place, "\n".join(one.text for one in own), tuple(Span(one.start, one.end) for one in own))
        for place, own in below.items()
        if len(own) > 1
    ]


def places(passage: PassageLike, units: Sequence[Unit]) -> list[Place]:
    """Where each unit of a passage or an outline stands."""
    if isinstance(passage, Outline):
        lines = (passage.text[: unit.span.start].count("\n") for unit in units)  # an order is a line, but no unit
        return [Place(passage.source, passage.places[line]) for line in lines]
    return [Place(passage.source, Span(passage.start + u.span.start, passage.start + u.span.end)) for u in units]


def headings_below(
    passages: Sequence[Passage | RetrievedPassage], below: Callable[[str, str], list[Passage]]
) -> list[Passage]:
    """The headings right below the sections of some passages; `below` finds those of a document's section.

    A section's headings are all there or, where they do not fit, none: half of them would be a wrong list.
    """
    headings: list[Passage] = []
    room = OUTLINE_TOKENS
    for source, section in dict.fromkeys((passage.source, passage.section) for passage in passages):
        found = below(source, section)
        needed = sum(count_tokens(heading.text) for heading in found)
        if len(found) > 1 and needed <= room:
            headings += found
            room -= needed
    return headings
