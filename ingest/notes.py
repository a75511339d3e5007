"""What could not be read of a document stands as a note at its place in the text; here the notes are found."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from ingest.passages import NOTE, sections
from ingest.sources import Source


class LeftOut(NamedTuple):
    """Something that was left out, in words, and the headings above its place."""

    what: str
    where: str


def left_out(source: Source) -> list[LeftOut]:
    """What was left out of a document, in order."""
    if "<!--" not in source.text:
        return []
    return [
        LeftOut(" ".join(note[1].split()), section.path)
        for section in sections(source)
        for note in NOTE.finditer(source.text, *section.span)
    ]


def left_out_line(source: Source) -> str:
    """One line that names a document and all that was left out of it; empty where nothing was."""
    places: dict[str, list[str]] = defaultdict(list)
    for one in left_out(source):
        places[one.what].append(one.where)
    found = "; ".join(f"{what} ({_shown(where)})" for what, where in places.items())
    return f"{source.name}: {found}" if found else ""


def _shown(where: Iterable[str]) -> str:
    """The first few places, each once."""
    places = list(dict.fromkeys(where))
    return "; ".join(places[:3]) + (f"; {len(places) - 3} more places" if len(places) > 3 else "")
