"""A text with markers and the passages behind it become sentences and citations, each verified. Pure.

A marker `[n]` names the passage n. Each cited sentence is found again in its passage, so that its citation
quotes the very words, and citations are numbered anew, from 1 on, in order of first use.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from assistant.answers import Citation, RetrievedPassage, Sentence, Support
from assistant.lexicon import content_words, stem
from assistant.prompts import CONNECTING, MARKER, UNFINISHED_MARKER, UNPROVEN, marker_numbers
from assistant.support import supports
from assistant.units import units
from ingest.text import Folded, Span, find_folded, fold, sentence_spans

_LINE = re.compile(r"[^\n]+")
_ITEM_MARK = re.compile(r"^[ \t]*(?:[-*+]|\d{1,3}[.)])(?=[ \t])")
_ESCAPED = re.compile(r"\\([\[\]|])")
_NUMBER_OF_ITEM = re.compile(r"\n[ \t]*\d{1,3}[.)](?=[ \t])")
_RUN = 3  # how many sentences of a passage one citation of a paraphrase may quote


@dataclass(frozen=True)
class Cited:
    """A text with its final markers, and what they stand for. `unknown` are the numbers that named no passage."""

    text: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    unknown: tuple[int, ...]


@dataclass
class _Piece:
    """A sentence, list item or table cell of the text: where it is, its words, its markers and its proof."""

    text: str
    item: bool
    end: int  # where it ends in the text, its markers not counted
    markers: list[re.Match[str]]
    proof: list[tuple[int, Span]] = field(default_factory=list)  # passage, span of that passage's text
    quoted: bool = False


def escape(text: str) -> str:
    """`text` on one line, with every `[1]` in it kept from being read as a marker, and every `|` as a table's."""
    return re.sub(r"[\[\]|]", r"\\\g<0>", " ".join(text.split()))


def cite(text: str, passages: Sequence[RetrievedPassage], whole: bool = False) -> Cited:
    """Finds what each marker of `text` proves, and numbers the proofs.

    A marker that names no passage is taken out and its number reported. A sentence whose words stand in a
    cited passage is `quoted`; one whose cited spans support it is `supported`; every other is `unsupported`. Of
    a text that is `whole`, and not one that still grows, the unsupported sentences are marked `[?]`.
    """
    text = UNFINISHED_MARKER.sub("", text)
    pieces = _pieces(text)
    named = dict.fromkeys(number for marker in MARKER.finditer(text) for number in marker_numbers(marker))
    known = range(1, len(passages) + 1)
    for piece in pieces:
        for number in dict.fromkeys(n for marker in piece.markers for n in marker_numbers(marker) if n in known):
            span, quoted = _align(piece.text, passages[number - 1].text)
            piece.proof.append((number - 1, span))
            piece.quoted |= quoted
    _join_list_items(pieces, passages)

    numbers: dict[tuple[str, int, int], Citation] = {}
    sentences = []
    replacements: dict[int, str] = {}  # by where the old marker begins
    unproven: list[int] = []  # where sentences without proof and without a marker end
    for piece in pieces:
        citations = [_citation(passages[i], span, numbers) for i, span in piece.proof]
        used = tuple(dict.fromkeys(c.number for c in citations))
        verdict = _verdict(piece, " ".join(c.quote for c in citations))
        sentences.append(Sentence(text=piece.text, citations=used, support=verdict))
        doubt = UNPROVEN if whole and verdict == "unsupported" else ""
        if used:
            replacements[piece.markers[-1].start()] = " " + "".join(f"[{n}]" for n in used) + doubt
        elif doubt:
            unproven.append(piece.end)
    unknown = tuple(number for number in named if number not in known)
    marked = _replace_markers(text, replacements, unproven)
    return Cited(marked, tuple(sentences), tuple(numbers.values()), unknown)


def _replace_markers(text: str, replacements: dict[int, str], unproven: Sequence[int]) -> str:
    """`text` with the new markers in the place of the old ones, and with marks of doubt."""
    final, stretch, at = "", "", 0
    edges = [(marker.start(), marker.end(), replacements.get(marker.start())) for marker in MARKER.finditer(text)]
    for start, end, new in sorted([*edges, *((place, place, f" {UNPROVEN}") for place in unproven)]):
        stretch += text[at:start]
        at = max(at, end)
        if new:
            final, stretch = final + _without_markers(stretch) + new, ""
    return (final + _without_markers(stretch + text[at:])).strip()


def _without_markers(text: str) -> str:
    """What looks like a marker after one was taken out of its middle (`[[9]1]`) becomes text."""
    return MARKER.sub(lambda m: m.group().replace("[", r"\["), text)


def _pieces(text: str) -> list[_Piece]:
    pieces: list[_Piece] = []
    for line in _LINE.finditer(text):
        item = _ITEM_MARK.match(line.group())
        start = line.start() + (item.end() if item else 0)
        if line.group().lstrip().startswith("|"):
            cells = _cells(text, Span(start, line.end()))
        else:
            cells = [Span(start, line.end())]
        for cell in cells:
            _add_sentences(text, cell, bool(item), pieces)
    return pieces


def _cells(text: str, row: Span) -> list[Span]:
    """The cells of a table row that hold words; none for the rule below a table's head."""
    bars = [m.start() for m in re.compile(r"(?<!\\)\|").finditer(text, row.start, row.end)]
    cells = [Span(a + 1, b) for a, b in pairwise([*bars, row.end])]
    return [cell for cell in cells if re.search(r"\w", text[cell.start : cell.end])]


def _add_sentences(text: str, region: Span, item: bool, pieces: list[_Piece]) -> None:
    """Adds the sentences of a region: split without the markers, each with those that stand in or right after it.

    Markers that stand alone belong to the sentence before.
    """
    markers = list(MARKER.finditer(text, region.start, region.end))
    borders = [region.start, *(edge for m in markers for edge in m.span()), region.end]
    kept = [Span(a, b) for a, b in list(pairwise(borders))[::2]]
    clean = "".join(text[a:b] for a, b in kept)
    spans = [Span(0, len(clean))] if item else sentence_spans(clean)
    spans = [span for span in spans if re.search(r"\w", clean[span.start : span.end])]
    places = [place for span in kept for place in range(*span)]  # of each character of `clean` in the text
    found = [_Piece(_plain(clean[a:b]), item, places[b - 1] + 1, []) for a, b in spans]
    pieces += found
    position = 0
    for before, marker in zip(kept, markers, strict=False):
        position += before.end - before.start
        behind = [piece for piece, span in zip(found, spans, strict=True) if span.start < position]
        for piece in (behind or found[:1] or pieces)[-1:]:
            piece.markers.append(marker)


def _plain(text: str) -> str:
    return " ".join(_ESCAPED.sub(r"\1", text).replace("**", "").split())


def _align(sentence: str, passage: str) -> tuple[Span, bool]:
    """The span of the passage that proves the sentence, and whether it holds it word for word."""
    claim = CONNECTING.sub("", sentence)
    verbatim = find_folded(claim, _folded(passage))
    if verbatim:
        return _folded(passage).span(*verbatim), True
    return _best_run(claim, passage), False


@lru_cache(maxsize=4096)
def _folded(text: str) -> Folded:
    return fold(text)


def _best_run(claim: str, passage: str) -> Span:
    """The run of at most three units that shares most words with the claim; of equals, the shortest."""
    wanted = {stem(word) for word in content_words(claim)}
    spans = [unit.span for unit in units(passage) if unit.kind != "list"]
    runs = [Span(a.start, b.end) for i, a in enumerate(spans) for b in spans[i : i + _RUN]]

    def rank(run: Span) -> tuple[int, int]:
        held = wanted & {stem(word) for word in content_words(passage[run.start : run.end])}
        return len(held), -(run.end - run.start)

    return max(runs, key=rank, default=Span(0, len(passage)))


def _join_list_items(pieces: list[_Piece], passages: Sequence[RetrievedPassage]) -> None:
    """Neighbouring list items that quote neighbouring words of one passage share one citation: the whole list."""
    run: list[_Piece] = []
    for piece in [*pieces, None]:
        if piece and run and _continues(run[-1], piece, passages):
            run.append(piece)
            continue
        if len(run) > 1:
            whole = [(run[0].proof[0][0], Span(run[0].proof[0][1].start, run[-1].proof[0][1].end))]
            for member in run:
                member.proof = whole
        run = [piece] if piece and piece.quoted and len(piece.proof) == 1 else []


def _continues(before: _Piece, piece: _Piece, passages: Sequence[RetrievedPassage]) -> bool:
    if not (piece.item and piece.quoted and len(piece.proof) == 1):
        return False
    (i, a), (j, b) = before.proof[0], piece.proof[0]
    between = _NUMBER_OF_ITEM.sub("", passages[i].text[a.end : b.start]) if i == j else "x"
    return a.end <= b.start and not re.search(r"\w", between)


def _citation(passage: RetrievedPassage, span: Span, numbers: dict[tuple[str, int, int], Citation]) -> Citation:
    """The citation of a span of a passage, made with the next number where it is new."""
    start, end = passage.start + span.start, passage.start + span.end
    key = (passage.source, start, end)
    if key not in numbers:
        numbers[key] = Citation(
            number=len(numbers) + 1,
            source=passage.source,
            section=passage.section,
            quote=passage.text[span.start : span.end],
            start=start,
            end=end,
        )
    return numbers[key]


def _verdict(piece: _Piece, evidence: str) -> Support:
    if not piece.proof:
        return "unsupported"
    if piece.quoted:
        return "quoted"
    return "supported" if supports(evidence, CONNECTING.sub("", piece.text)) else "unsupported"
