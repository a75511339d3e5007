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
from assistant.prompts import CONNECTING, MARKER, UNFINISHED_MARKER
from assistant.support import supports
from assistant.units import units
from ingest.text import Folded, Span, find_folded, fold, sentence_spans

_LINE = re.compile(r"[^\n]+")
_ITEM_MARK = re.compile(r"^[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]+")
_ESCAPED_BRACKET = re.compile(r"\\([\[\]])")
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
    markers: list[re.Match[str]]
    proof: list[tuple[int, Span]] = field(default_factory=list)  # passage, span of that passage's text
    quoted: bool = False


def escape(text: str) -> str:
    """`text` on one line, with every `[1]` in it kept from being read as a marker."""
    return re.sub(r"[\[\]]", r"\\\g<0>", " ".join(text.split()))


def cite(text: str, passages: Sequence[RetrievedPassage]) -> Cited:
    """Finds what each marker of `text` proves, and numbers the proofs.

    A marker that names no passage is taken out and its number reported. A sentence whose words stand in a
    cited passage is `quoted`; one whose cited spans support it is `supported`; every other is `unsupported`.
    """
    text = UNFINISHED_MARKER.sub("", text)
    pieces = _pieces(text)
    unknown: list[int] = []
    for piece in pieces:
        for number in dict.fromkeys(n for marker in piece.markers for n in _numbers(marker)):
            if 1 <= number <= len(passages):
                span, quoted = _align(piece.text, passages[number - 1].text)
                piece.proof.append((number - 1, span))
                piece.quoted |= quoted
            else:
                unknown.append(number)
    _join_list_items(pieces, passages)

    numbers: dict[tuple[str, int, int], Citation] = {}
    sentences = []
    replacements: dict[int, str] = {}
    for piece in pieces:
        citations = [_citation(passages[i], span, numbers) for i, span in piece.proof]
        used = tuple(dict.fromkeys(c.number for c in citations))
        verdict = _verdict(piece, " ".join(c.quote for c in citations))
        sentences.append(Sentence(text=piece.text, citations=used, support=verdict))
        for marker in piece.markers:
            replacements[marker.start()] = ""
        if piece.markers and used:
            replacements[piece.markers[-1].start()] = " " + "".join(f"[{n}]" for n in used)
    final = MARKER.sub(lambda m: replacements.get(m.start(), ""), text)
    return Cited(final.rstrip(), tuple(sentences), tuple(numbers.values()), tuple(unknown))


def _pieces(text: str) -> list[_Piece]:
    pieces = []
    for line in _LINE.finditer(text):
        item = _ITEM_MARK.match(line.group())
        start = line.start() + (item.end() if item else 0)
        if line.group().lstrip().startswith("|"):
            cells = _cells(text, Span(start, line.end()))
        else:
            cells = [Span(start, line.end())]
        for cell in cells:
            pieces += _sentences(text, cell, bool(item))
    return pieces


def _cells(text: str, row: Span) -> list[Span]:
    """The cells of a table row that hold words; none for the rule below a table's head."""
    bars = [m.start() for m in re.compile(r"(?<!\\)\|").finditer(text, row.start, row.end)]
    cells = [Span(a + 1, b) for a, b in pairwise([*bars, row.end])]
    return [cell for cell in cells if re.search(r"\w", text[cell.start : cell.end])]


def _sentences(text: str, region: Span, item: bool) -> list[_Piece]:
    """The sentences of a region: split without the markers, each with those that stand in or right after it."""
    markers = list(MARKER.finditer(text, region.start, region.end))
    borders = [region.start, *(edge for m in markers for edge in m.span()), region.end]
    kept = [Span(a, b) for a, b in list(pairwise(borders))[::2]]
    clean = "".join(text[a:b] for a, b in kept)
    spans = [Span(0, len(clean))] if item else sentence_spans(clean)
    pieces = [_Piece(_plain(clean[a:b]), item, []) for a, b in spans if clean[a:b].strip()]
    position = 0
    for before, marker in zip(kept, markers, strict=False):
        position += before.end - before.start
        behind = [i for i, span in enumerate(spans) if span.start < position or i == 0]
        if pieces:
            pieces[min(behind[-1], len(pieces) - 1)].markers.append(marker)
    return [piece for piece in pieces if re.search(r"\w", piece.text)]


def _plain(text: str) -> str:
    return " ".join(_ESCAPED_BRACKET.sub(r"\1", text).replace("**", "").split())


def _numbers(marker: re.Match[str]) -> list[int]:
    return [int(number) for number in marker.group(1).split(",")]


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
    return i == j and a.end <= b.start and not re.search(r"\w", passages[i].text[a.end : b.start])


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
