"""A text with markers cut into its sentences, list items and table cells, each with the markers that it bears."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from assistant.answers import RetrievedPassage
from assistant.prompts import MARKER, NOT_SAID
from ingest.lexicon import content_words
from ingest.sentences import sentence_spans
from ingest.text import Span

_LINE = re.compile(r"[^\n]+")
_ITEM_MARK = re.compile(r"^[ \t]*(?:[-*+]|\d{1,3}[.)])(?=[ \t])")
_TABLE_HEAD = re.compile(r"^(?P<cells>[ \t]*\|[^\n]*)\n[ \t]*\|?[ \t:|-]*-[ \t:|-]*(?:\n|$)", re.MULTILINE)
_ESCAPED = re.compile(r"\\([\[\]|])")
_NUMBER_OF_ROW = re.compile(r"[ \t*]*\d{1,2}[.)]?[ \t*]*")
_ACRONYM = re.compile(r"\b[A-Z]{2,}")
LONG_ENOUGH = 3  # content words of what is more than a label


@dataclass
class Piece:
    """A sentence, list item or table cell of the text: where it is, its words, its markers and its proof."""

    text: str
    item: bool
    start: int  # where it stands in the text, its markers not counted
    end: int
    markers: list[re.Match[str]]
    label: str = ""  # what stands before it and above it in its table
    proof: list[tuple[RetrievedPassage, Span]] = field(default_factory=list)  # passages, what is quoted of each
    quoted: bool = False
    doubt: str = ""  # why it is not proven; empty where it is


def sentences_of(text: str) -> list[tuple[str, str]]:
    """The sentences, list items and table cells of a text, without markers, each with its label in its table."""
    return [(piece.text, piece.label) for piece in pieces_of(text)]


def pieces_of(text: str) -> list[Piece]:
    """The sentences, list items and table cells of a text, in order."""
    pieces: list[Piece] = []
    heads = [head.start() for head in _TABLE_HEAD.finditer(text) if not MARKER.search(head["cells"])]
    columns: list[str] = []
    for line in _LINE.finditer(text):
        item = _ITEM_MARK.match(line.group())
        start = line.start() + (item.end() if item else 0)
        if not line.group().lstrip().startswith("|"):
            columns = []
            _add_sentences(text, Span(start, line.end()), bool(item), pieces)
            continue
        cells = _split_row(text, Span(start, line.end()))
        if line.start() in heads:
            columns = [text[a:b] for a, b in cells]
        told = _cells(text, cells, labels=line.start() in heads)
        of_row = [] if cells[0] in told else [text[cells[0].start : cells[0].end]]
        for cell in told:
            before, at = len(pieces), cells.index(cell)
            _add_sentences(text, cell, bool(item), pieces)
            labels = [] if line.start() in heads else [*of_row, *columns[at : at + 1]]
            labels.sort(key=lambda label: bool(_ACRONYM.search(label)))  # what is compared, then whose it is
            for piece in pieces[before:]:
                piece.label = ", ".join(filter(None, (_plain(MARKER.sub("", label)) for label in labels)))
    return pieces


def _split_row(text: str, row: Span) -> list[Span]:
    """All cells of a table row."""
    bars = [m.start() for m in re.compile(r"(?<!\\)\|").finditer(text, row.start, row.end)]
    return [Span(a + 1, b) for a, b in pairwise([*bars, row.end])]


def _cells(text: str, cells: Sequence[Span], labels: bool) -> list[Span]:
    """The cells of a table row that say something: no rule, and no label, as those of a head and of a row are."""
    said = [cell for cell in cells if text[cell.start : cell.end].strip() != NOT_SAID]
    filled = [cell for cell in said if re.search(r"\w", MARKER.sub("", text[cell.start : cell.end]))]
    if labels:
        return [cell for cell in filled if not _is_label(text[cell.start : cell.end])]
    first_is_label = len(filled) > 1 and filled[0] == cells[0] and _is_label(text[cells[0].start : cells[0].end])
    told = filled[first_is_label:]
    return [cell for cell in cells if cell in told or MARKER.search(text, cell.start, cell.end)]


def _is_label(cell: str) -> bool:
    words = content_words(cell)
    a_number = any(word[0].isdigit() for word in words) and not _NUMBER_OF_ROW.fullmatch(cell)
    return not MARKER.search(cell) and len(words) < LONG_ENOUGH and not a_number


def _add_sentences(text: str, region: Span, item: bool, pieces: list[Piece]) -> None:
    """Adds the sentences of a region: split without the markers, each with those that stand in or right after it.

    Markers that stand alone belong to the sentence before.
    """
    markers = list(MARKER.finditer(text, region.start, region.end))
    borders = [region.start, *(edge for m in markers for edge in m.span()), region.end]
    kept = [Span(a, b) for a, b in list(pairwise(borders))[::2]]
    clean = "".join(text[a:b] for a, b in kept)
    spans = [Span(0, len(clean))] if item else list(_sentences(clean, kept))
    spans = [span for span in spans if re.search(r"\w", clean[span.start : span.end])]
    places = [place for span in kept for place in range(*span)]  # of each character of `clean` in the text
    found = [Piece(_plain(clean[a:b]), item, places[a], places[b - 1] + 1, []) for a, b in spans]
    pieces += found
    position = 0
    for before, marker in zip(kept, markers, strict=False):
        position += before.end - before.start
        behind = [piece for piece, span in zip(found, spans, strict=True) if span.start < position]
        for piece in (behind or found[:1] or pieces)[-1:]:
            piece.markers.append(marker)


def _sentences(clean: str, kept: Sequence[Span]) -> Iterator[Span]:
    """The sentences of a text whose markers are cut out; one that a marker stood behind has ended there."""
    before, ends = 0, list(accumulate(end - start for start, end in kept))
    for end in ends:
        if end == ends[-1] or clean[before:end].rstrip().endswith(
            (".", "!", "?", "…", "。", "！", "？", "।", "؟")
        ):
            yield from sentence_spans(clean, before, end)
            before = end


def _plain(text: str) -> str:
    return " ".join(_ESCAPED.sub(r"\1", text).replace("**", "").split())
