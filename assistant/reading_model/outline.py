"""The headings below a section, which the model reads together: what a text lists, it often lists in headings."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.reading_model.known_questions import Place
from assistant.units import PassageLike, Unit
from ingest.passages import Passage, section_above
from ingest.text import Span


@dataclass(frozen=True)
class Outline:
    """The headings right below a section, read together as one passage; `places` is where each stands."""

    source: str
    section: str
    text: str
    places: tuple[Span, ...]
    start: int = -1  # it stands nowhere as one piece


def outlines(headings: Sequence[Passage]) -> list[Outline]:
    """Bare headings, those of one section as one outline; one alone is none."""
    below: dict[tuple[str, str], list[Passage]] = {}
    for heading in headings:
        below.setdefault((heading.source, section_above(heading.section)), []).append(heading)
    return [
        Outline(
            source, section, "\n".join(one.text for one in own), tuple(Span(one.start, one.end) for one in own)
        )
        for (source, section), own in below.items()
        if len(own) > 1
    ]


def places(passage: PassageLike, units: Sequence[Unit]) -> list[Place]:
    """Where each unit of a passage or an outline stands."""
    if isinstance(passage, Outline):
        lines = (passage.text[: unit.span.start].count("\n") for unit in units)  # an order is a line, but no unit
        return [Place(passage.source, passage.places[line]) for line in lines]
    return [Place(passage.source, Span(passage.start + u.span.start, passage.start + u.span.end)) for u in units]
