"""The headings below a section, which the model reads together: what a text lists, it often lists in headings."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.units import PassageLike
from ingest.passages import section_above


@dataclass(frozen=True)
class Outline:
    """The headings right below a section, read together as one passage; in the text each stands for itself."""

    source: str
    section: str
    text: str
    members: tuple[int, ...]  # which of the passages that it was made of are its headings, in order
    start: int = -1  # it stands nowhere as one piece


def is_heading(passage: PassageLike) -> bool:
    """Whether a passage is a heading and nothing else."""
    return passage.text.startswith("#") and "\n" not in passage.text.strip()


def outlines(passages: Sequence[PassageLike]) -> list[Outline]:
    """The bare headings among some passages, those of one section as one outline; one alone is none."""
    below: dict[tuple[str, str], list[int]] = {}
    for i, passage in enumerate(passages):
        if is_heading(passage):
            below.setdefault((passage.source, section_above(passage.section)), []).append(i)
    return [
        Outline(source, section, "\n".join(passages[i].text for i in members), tuple(members))
        for (source, section), members in below.items()
        if len(members) > 1
    ]
