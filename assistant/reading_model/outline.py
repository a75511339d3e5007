"""The headings below a section, which the model reads together: what a text lists, it often lists in headings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from assistant.answers import RetrievedPassage
from assistant.units import Unit
from ingest.passages import Passage, section_above
from ingest.text import Span


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
