"""A text with markers and the passages behind it become sentences and citations, each verified. Pure.

A marker `[n]` names the passage n. Each cited sentence is found again in its passage, so that its citation
quotes the very words, and citations are numbered anew, from 1 on, in order of first use.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from assistant.answers import Citation, RetrievedPassage, Sentence
from assistant.literals import names_in
from assistant.pieces import LONG_ENOUGH, Piece, pieces_of
from assistant.prompts import MARKER, UNFINISHED_MARKER, UNPROVEN, marker_numbers
from assistant.quotes import find_quote, proof_in
from assistant.verdicts import Judge, doubt_in_answer, support_of
from ingest.lexicon import content_words
from ingest.pages import page_of
from ingest.text import Span

_EMPTY_TABLE = re.compile(r"^[ \t]*\|[^\n]*\n[ \t]*\|?[ \t:|-]*-[ \t:|-]*(?:\n(?!\|)|\Z)", re.MULTILINE)
_NUMBER_OF_ITEM = re.compile(r"\n[ \t]*\d{1,3}[.)](?=[ \t])")
_TRIED = 5  # passages that may prove a sentence in place of those that it cites


@dataclass(frozen=True)
class Cited:
    """A text with its final markers, and what they stand for. `unknown` are the numbers that named no passage."""

    text: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    unknown: tuple[int, ...]


def escape(text: str) -> str:
    """`text` on one line, with every `[1]` in it kept from being read as a marker, and every `|` as a table's."""
    return re.sub(r"[\[\]|]", r"\\\g<0>", " ".join(text.split()))


def cite(
    text: str,
    passages: Sequence[RetrievedPassage],
    judge: Judge | None = None,
    whole: bool = False,
    strict: bool = False,
) -> Cited:
    """Finds what each marker of `text` proves, and numbers the proofs.

    A marker that names no passage is taken out and its number reported. A sentence whose words stand in a
    cited passage is `quoted`; one that the `judge` finds proven by what it cites is `supported`; every other is
    `unsupported` (see `verdicts`). Where another passage than the cited one proves a sentence, its marker moves
    there.

    A text grows until it is `whole`; its last sentence is not judged before. Unsupported sentences are marked
    `[?]`, or, where it is `strict`, taken out, and the last one is not shown before it is judged.
    """
    text = UNFINISHED_MARKER.sub("", text)
    judge = judge and replace(judge, named=names_in(passage.text for passage in passages))
    named = dict.fromkeys(number for marker in MARKER.finditer(text) for number in marker_numbers(marker))
    unknown = tuple(number for number in named if not 1 <= number <= len(passages))
    if strict and not whole:  # what may still grow is not shown
        text = _without(text, pieces_of(text)[-1:])
    pieces = _proven(text, passages, judge, whole or strict)
    while strict and (unfit := [piece for piece in pieces if piece.doubt]):
        text = _without(text, unfit)
        pieces = _proven(text, passages, judge, whole=True)
    judged = len(pieces) if whole or strict else len(pieces) - 1

    numbers: dict[tuple[str, int, int], Citation] = {}
    sentences = []
    marks: list[tuple[int, str]] = []  # where each stands: in the place of an old one, else behind its sentence
    for position, piece in enumerate(pieces):
        citations = [citation_of(passage, span, numbers) for passage, span in piece.proof]
        used = tuple(dict.fromkeys(c.number for c in citations))
        support = support_of(piece.doubt, piece.quoted)
        sentences.append(Sentence(text=piece.text, citations=used, support=support, doubt=piece.doubt))
        mark = "".join(f"[{n}]" for n in used) + (UNPROVEN if position < judged and piece.doubt else "")
        if mark:
            marks.append((piece.markers[-1].start() if used and piece.markers else piece.end, f" {mark}"))
    return Cited(_replace_markers(text, marks), tuple(sentences), tuple(numbers.values()), unknown)


def _proven(text: str, passages: Sequence[RetrievedPassage], judge: Judge | None, whole: bool) -> list[Piece]:
    """The pieces of a text, each with what proves it; the last of a growing text only with what it cites."""
    pieces = pieces_of(text)
    for piece in pieces:
        numbers = dict.fromkeys(number for marker in piece.markers for number in marker_numbers(marker))
        cited = [passages[number - 1] for number in numbers if 1 <= number <= len(passages)]
        piece.proof, piece.quoted = proof_in(cited, piece.text)
        if (whole or piece is not pieces[-1]) and doubt_in_answer(piece, judge, passages):
            _find_elsewhere(piece, passages, judge)
    _join_list_items(pieces)
    for piece in pieces:
        piece.doubt = doubt_in_answer(piece, judge, passages)
    for piece, after in pairwise(pieces):
        in_a_row = not text[piece.end : after.start].strip() and "\n" not in text[piece.end : after.start]
        if in_a_row and piece.doubt and _is_short(piece) and after.proof and not after.doubt:
            both = replace(after, text=f"{piece.text} {after.text}", quoted=False)
            piece.doubt = doubt_in_answer(both, judge, passages)
    return pieces


def _is_short(piece: Piece) -> bool:
    """Whether it has a few words that cite nothing: a table's head, or what the next sentence says in full."""
    return not piece.markers and len(content_words(piece.text)) < LONG_ENOUGH


def _find_elsewhere(piece: Piece, passages: Sequence[RetrievedPassage], judge: Judge | None) -> None:
    """Gives an unsupported piece a passage that quotes it, else one that supports it.

    Only those that share most words with it are tried: among many one seems to prove whatever is said. A few words
    that cite nothing are let be.
    """
    if _is_short(piece):
        return
    said = set(content_words(piece.text))
    aligned = [(passage, *find_quote(piece.text, passage.text)) for passage in passages]
    aligned.sort(key=lambda one: (not one[2], -len(said.intersection(content_words(one[0].text)))))
    surer = replace(judge, threshold=judge.uncited_threshold, sought=True) if judge else None
    for passage, span, quoted in aligned[:_TRIED]:
        found = replace(piece, proof=[(passage, span)], quoted=quoted)
        if span.start < span.end and not doubt_in_answer(found, surer, passages):
            piece.proof, piece.quoted = found.proof, quoted
            return


def _without(text: str, unfit: Sequence[Piece]) -> str:
    """The text without these pieces and their markers, without lines and tables that nothing is left of."""
    gone = [span for piece in unfit for span in [(piece.start, piece.end), *(m.span() for m in piece.markers)]]
    left = "".join("\0" if any(a <= i < b for a, b in gone) else c for i, c in enumerate(text))
    lines = [line for line in left.split("\n") if "\0" not in line or re.search(r"\w", line)]
    return _EMPTY_TABLE.sub("", "\n".join(lines).replace("\0", "")).strip()


def _replace_markers(text: str, marks: Sequence[tuple[int, str]]) -> str:
    """`text` without its old markers, and with the new ones where they are to stand."""
    final, stretch, at = "", "", 0
    old = [(*marker.span(), "") for marker in MARKER.finditer(text)]
    for start, end, new in sorted([*old, *((place, place, mark) for place, mark in marks)]):
        stretch += text[at:start]
        at = max(at, end)
        if new:
            final, stretch = final + _without_markers(stretch) + new, ""
    return (final + _without_markers(stretch + text[at:])).strip()


def _without_markers(text: str) -> str:
    """What looks like a marker after one was taken out of its middle (`[[9]1]`) becomes text."""
    return MARKER.sub(lambda m: m.group().replace("[", r"\["), text)


def _join_list_items(pieces: list[Piece]) -> None:
    """Neighbouring list items that quote neighbouring words of one passage share one citation: the whole list."""
    run: list[Piece] = []
    for piece in [*pieces, None]:
        if piece and run and _continues(run[-1], piece):
            run.append(piece)
            continue
        if len(run) > 1:
            (passage, first), (_, last) = run[0].proof[0], run[-1].proof[0]
            for member in run:
                member.proof = [(passage, Span(first.start, last.end))]
        run = [piece] if piece and piece.quoted and len(piece.proof) == 1 else []


def _continues(before: Piece, piece: Piece) -> bool:
    if not (piece.item and piece.quoted and len(piece.proof) == 1):
        return False
    (passage, a), (other, b) = before.proof[0], piece.proof[0]
    between = _NUMBER_OF_ITEM.sub("", passage.text[a.end : b.start]) if passage == other else "x"
    return a.end <= b.start and not re.search(r"\w|---", between)  # a table's head stands apart from its rows


def citation_of(passage: RetrievedPassage, span: Span, numbers: dict[tuple[str, int, int], Citation]) -> Citation:
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
            page=page_of(passage.source, passage.section),
        )
    return numbers[key]
