"""Which sections stand right below which: what a text lists, it often lists in headings."""

import re
from functools import lru_cache

from ingest.passages import section_above, sections
from ingest.sources import Source

_NUMBER = re.compile(r"^\d+[.)]\s+(?=\S)")


def unnumbered(heading: str) -> str:
    """A heading without the number before it."""
    return _NUMBER.sub("", heading)


def last_heading(section: str) -> str:
    """The last heading of a section's path, without its number."""
    return unnumbered(section.rpartition(" > ")[2])


# Markdown is read at two megabytes a second: too slow to read a handbook again at every question.
sections_of = lru_cache(maxsize=32)(sections)


@lru_cache(maxsize=32)
def subsections(source: Source) -> dict[str, tuple[str, ...]]:
    """The paths of the sections right below each section, by its path, in the order of the text."""
    below: dict[str, list[str]] = {}
    for section in sections_of(source):
        above = section_above(section.path)
        if above:
            below.setdefault(above, []).append(section.path)
    return {above: tuple(dict.fromkeys(paths)) for above, paths in below.items()}
