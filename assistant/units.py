"""The quotable pieces of a passage: headings, sentences, list items and table rows."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, NamedTuple

from assistant.answers import RetrievedPassage
from assistant.headings import unnumbered
from assistant.injection import no_evidence, no_evidence_in
from ingest.lexicon import content_words
from ingest.markdown import ITEM, blocks, emphasis, heading, unpaired_emphasis
from ingest.passages import Passage
from ingest.sentences import sentence_spans
from ingest.text import Span, trim

_REFERS_BACK = re.compile(r"\b(?:these|those|such|they|them)\b", re.IGNORECASE)
# What only wraps a sentence: signs of quotation, the name of a notice, tags.
_TAG = r"</?[A-Za-z][^<>]*>"
_WRAPS = re.compile(rf"(?:>\s?|\[![A-Z]+\]\s*|{_TAG}\s*)*")

Kind = Literal["heading", "sentence", "item", "row"]


@dataclass(frozen=True)
class Unit:
    """A piece of a passage that can be quoted; `span` is relative to the passage's text.

    The items of a list have its number in `list`, and so has what announces it, the sentence before it or the
    head of the table; `leads_list` says so of that one.
    """

    kind: Kind
    span: Span
    text: str
    list: int | None = None
    leads_list: bool = False

    @property
    def words(self) -> str:
        """What is quoted of it: of a heading not its number."""
        return unnumbered(self.text) if self.kind == "heading" else self.text

    @property
    def asks(self) -> bool:
        """Whether it is a question."""
        return is_question(self.text)


PassageLike = Passage | RetrievedPassage


class Place(NamedTuple):
    """Where a unit of a passage stands."""

    source: str
    span: Span


def places(passage: PassageLike, units: Sequence[Unit]) -> list[Place]:
    """Where each unit of a passage stands."""
    return [Place(passage.source, Span(passage.start + u.span.start, passage.start + u.span.end)) for u in units]


def is_question(text: str) -> bool:
    """Whether a text asks."""
    return text.rstrip("*_ ").endswith(("?", "？", "؟"))


def ends_with_colon(text: str) -> bool:
    """Whether a text announces what stands behind it."""
    return text.rstrip("*_ ").endswith((":", "："))


@lru_cache(maxsize=4096)
def units(text: str) -> tuple[Unit, ...]:
    """The units of a passage's text, in order; what proves nothing is none (see `no_evidence`)."""
    found: list[Unit] = []
    for number, (kind, lines) in enumerate(blocks(text)):
        if kind == "heading":
            found += [_unit("heading", text, span) for span in _words_of_heading(text, lines[0])]
        elif kind in ("list", "code"):
            for i in _announcing(found):
                found[i] = replace(found[i], list=number, leads_list=True)
            items = _items(text, lines) if kind == "list" else lines
            found += [_unit("item", text, one, number) for one in items]
        elif kind == "table":
            found += _table(text, lines, number)
        else:
            found += [_unit("sentence", text, one) for one in _sentences(text, lines[0].start, lines[-1].end)]
    return tuple(unit for one in found for unit in _what_is_evidence(one, text))


def _words_of_heading(text: str, line: Span) -> list[Span]:
    words = heading(text[line.start : line.end])
    if words is None:
        return [line]
    return [Span(line.start + words.start, line.start + words.end)] if words.start < words.end else []


def _sentences(text: str, start: int, end: int) -> list[Span]:
    """The sentences between two places; as one those that share emphasis which begins or ends within one."""
    bare = [one for span in sentence_spans(text, start, end) if (one := _bare(text, span))]
    starts, ends = {one.start for one in bare}, {one.end for one in bare}
    shared = [one for one in emphasis(text) if one.start not in starts or one.end not in ends]
    found: list[Span] = []
    for one in bare:
        if found and any(both.start < found[-1].end and one.start < both.end for both in shared):
            found[-1] = Span(found[-1].start, one.end)
        else:
            found.append(one)
    return found


def _bare(text: str, span: Span) -> Span | None:
    """A sentence without what only wraps it."""
    wraps = _WRAPS.match(text, *span)
    inner = trim(text, Span(wraps.end() if wraps else span.start, span.end))
    while inner and text[inner.end - 1] == ">":
        at = text.rfind("<", *inner)
        if at < 0 or not re.fullmatch(_TAG, text[at : inner.end]):
            break
        inner = trim(text, Span(inner.start, at))
    return inner


def _what_is_evidence(unit: Unit, text: str) -> Iterator[Unit]:
    """The unit, where it is evidence; of a sentence what stands before an order."""
    if not no_evidence_in(text, unit.span):
        yield unit
    elif unit.kind == "sentence":
        first = min(span.start for span in no_evidence(text) if unit.span.start < span.end)
        if kept := trim(text, Span(unit.span.start, max(unit.span.start, first))):
            yield replace(unit, span=kept, text=text[kept.start : kept.end])


def _announcing(before: list[Unit]) -> list[int]:
    """Of the units before a list those that announce it: one that ends with a colon.

    Where that has no subject or refers back ("They are:", "Some of these are:"), the one before it, too.
    """
    last = len(before) - 1
    if last < 0 or before[last].kind != "sentence" or not ends_with_colon(before[last].text):
        return []
    refers_back = _REFERS_BACK.search(before[last].text) or not content_words(before[last].text)
    return [last - 1, last] if refers_back and last and before[last - 1].kind == "sentence" else [last]


def _items(text: str, lines: list[Span]) -> list[Span]:
    """The items of a list, without their marks."""
    items: list[Span] = []
    for line in lines:
        match = ITEM.match(text[line.start : line.end])
        if match:
            items.append(Span(line.start + match.start("words"), line.start + match.end("words")))
        else:  # a wrapped line belongs to the item above it
            items[-1] = Span(items[-1].start, line.end)
    return [part for one in items for part in _asked_and_said(text, one)]


def _asked_and_said(text: str, one: Span) -> list[Span]:
    """An item; where it begins with a question that more stands behind, that and its answer."""
    sentences = _sentences(text, *one) if "?" in text[one.start : one.end] else []
    if len(sentences) < 2 or not is_question(text[sentences[0].start : sentences[0].end]):
        return [one]
    return [sentences[0], Span(sentences[1].start, one.end)]


def _table(text: str, lines: list[Span], number: int) -> list[Unit]:
    """A table is a list of its rows, which its head announces, if it has one; no row has the bars at its ends."""
    rows = [
        trim(text, Span(line.start + text.startswith("|", line.start), line.end - text[: line.end].endswith("|")))
        for line in lines
    ]
    filled = [row for row in rows if row]
    if len(filled) < 2:
        return [_unit("sentence", text, row) for row in filled]
    found = [_unit("row", text, row, number) for row in filled]
    headed = "-" in text[lines[0].end : lines[1].start]  # the rule below a head
    return [replace(unit, leads_list=headed and i == 0) for i, unit in enumerate(found)]


def _unit(kind: Kind, text: str, span: Span, list_: int | None = None) -> Unit:
    """A unit; of several sentences in bold together the first and the last without the mark that they bear."""
    start, end = span
    for one in emphasis(text):
        if one.start == start and one.end > span.end:
            start += len(one.mark)
        elif one.end == end and one.start < span.start:
            end -= len(one.mark)
    for mark in unpaired_emphasis(text, Span(start, end)):  # what a passage is cut within
        if len(mark) > 1 and text.startswith(mark, start):
            start += len(mark)
        elif len(mark) > 1 and text.endswith(mark, start, end):
            end -= len(mark)
    bare = trim(text, Span(start, end)) or span
    return Unit(kind, bare, text[bare.start : bare.end], list_)
