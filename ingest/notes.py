"""What could not be read of a document stands as a note at its place in the text; here the notes are found."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ingest.comments import comments
from ingest.language import ENGLISH
from ingest.markdown import PICTURE, code_in
from ingest.passages import sections
from ingest.sources import Source
from ingest.text import Span, few

_FEW = 3


class LeftOut(NamedTuple):
    """Something that was left out, in words, and the headings above its place."""

    what: str
    where: str


def left_out(source: Source) -> list[LeftOut]:
    """What was left out of a document, in order; a note or a picture in code only shows what one looks like."""
    if "<!--" not in source.text and "![" not in source.text:
        return []
    is_code = code_in(source.text)
    return [
        LeftOut(what, section.path)
        for section in sections(source)
        for at, what in sorted(_holes(source.text, section.span))
        if not is_code(at)
    ]


def _holes(text: str, span: Span) -> Iterator[tuple[int, str]]:
    """Where something is missing in a part of a text, and what."""
    yield from ((one.start, one.note) for one in comments(text, *span) if one.note is not None)
    yield from ((picture.start(), "a picture") for picture in PICTURE.finditer(text, *span))


def remarks_on(sources: Sequence[Source], others: Sequence[Path]) -> tuple[str, ...]:
    """A line each for all documents that are not in English, all files of other kinds, and all linked folders."""
    foreign = [f"{source.name} ({source.language})" for source in sources if source.language != ENGLISH]
    linked = [str(other) for other in others if other.is_dir()]
    files = [str(other) for other in others if not other.is_dir()]
    lines = (
        ("Not in English, so only a chat model reads it", foreign),
        ("Not read, as of other kinds", files),
        ("Not read, as a link leads there", linked),
    )
    return tuple(f"{what} ({len(found)}): {_few(found)}" for what, found in lines if found)


def left_out_in_words(found: Sequence[LeftOut]) -> str:
    """What was left out of a document, each thing once, with its places."""
    places: dict[str, list[str]] = defaultdict(list)
    for one in found:
        places[one.what].append(one.where)
    return "; ".join(f"{what} ({_few(where)})" for what, where in places.items())


def _few(names: Sequence[str]) -> str:
    """The first few of these, each once."""
    once = list(dict.fromkeys(names))
    return few(once, _FEW, len(once))
