"""The quotable pieces of a passage: headings, sentences, list items and table rows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, Protocol

from assistant.injection import orders, within_orders
from ingest.lexicon import content_words
from ingest.passages import BOLD_HEADING
from ingest.sentences import sentence_spans
from ingest.text import Span, trim

_HEADING = re.compile(r"^[ ]{0,3}#{1,6}[ \t]+(?P<words>.*?)[ \t#]*$")
_ITEM = re.compile(r"^[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+(?P<words>.*)$")
_REFERS_BACK = re.compile(r"\b(?:these|those|such|they|them)\b", re.IGNORECASE)
_TABLE_RULE = re.compile(r"^[ \t]*\|?[ \t:|-]+\|?[ \t]*$")

Kind = Literal["heading", "sentence", "item", "row"]


class PassageLike(Protocol):
    """What is read of a passage, indexed or retrieved."""

    @property
    def source(self) -> str:
        """The name of its document."""

    @property
    def section(self) -> str:
        """The headings above it."""

    @property
    def start(self) -> int:
        """Where it begins in its document."""

    @property
    def text(self) -> str:
        """Its text."""


@dataclass(frozen=True)
class Unit:
    """A piece of a passage that can be quoted; `span` is relative to the passage's text.

    The items of a list have its number in `list`, and so has what announces it, the sentence before it or the
    head of the table; `announces` says so of that one.
    """

    kind: Kind
    span: Span
    text: str
    list: int | None = None
    announces: bool = False

    @property
    def asks(self) -> bool:
        """Whether it is a question."""
        return self.text.rstrip("*_ ").endswith("?")


@lru_cache(maxsize=4096)
def units(text: str) -> tuple[Unit, ...]:
    """The units of a passage's text, in order. What is an order to an assistant is none (see `orders`)."""
    found: list[Unit] = []
    for number, block in enumerate(_blocks(text)):
        first = text[block[0].start : block[0].end]
        if heading := _heading(first):
            if heading["words"]:
                found.append(_unit("heading", text, _shift(block[0].start, heading)))
        elif _ITEM.match(first):
            for i in _announcing(found):
                found[i] = replace(found[i], list=number, announces=True)
            found += [_unit("item", text, item, number) for item in _items(text, block)]
        elif first.startswith("|") and len(block) > 1:
            found += _table(text, block, number)
        else:
            spans = sentence_spans(text, block[0].start, block[-1].end)
            found += [_unit("sentence", text, span) for span in spans]
    return tuple(unit for one in found for unit in _without_orders(one, text))


def _without_orders(unit: Unit, text: str) -> Iterator[Unit]:
    """The unit, where it is no order; of a sentence what stands before one."""
    if not within_orders(text, unit.span):
        yield unit
    elif unit.kind == "sentence":
        first = min(order.start for order in orders(text) if unit.span.start < order.end)
        if kept := trim(text, Span(unit.span.start, max(unit.span.start, first))):
            yield replace(unit, span=kept, text=text[kept.start : kept.end])


def _announcing(before: list[Unit]) -> list[int]:
    """Of the units before a list those that announce it: one that ends with a colon.

    Where that has no subject or refers back ("They are:", "Some of these are:"), the one before it, too.
    """
    last = len(before) - 1
    if last < 0 or before[last].kind != "sentence" or not before[last].text.endswith(":"):
        return []
    refers_back = _REFERS_BACK.search(before[last].text) or not content_words(before[last].text)
    return [last - 1, last] if refers_back and last and before[last - 1].kind == "sentence" else [last]


def _items(text: str, lines: list[Span]) -> list[Span]:
    """The items of a list, without their marks."""
    items: list[Span] = []
    for line in lines:
        match = _ITEM.match(text[line.start : line.end])
        if match:
            items.append(_shift(line.start, match))
        else:  # a wrapped line belongs to the item above it
            items[-1] = Span(items[-1].start, line.end)
    return items


def _table(text: str, lines: list[Span], number: int) -> list[Unit]:
    """A table is a list of its rows, which its head announces; no row has the bars at its ends."""
    rows = [trim(text, Span(line.start + 1, line.end - text[: line.end].endswith("|"))) for line in lines]
    filled = [row for row in rows if row]
    if len(filled) < 2:
        return [_unit("sentence", text, row) for row in filled]
    found = [_unit("row", text, row, number) for row in filled]
    return [replace(unit, announces=i == 0) for i, unit in enumerate(found)]


def _blocks(text: str) -> list[list[Span]]:
    """The lines of `text`, trimmed, grouped: a heading, a list, a table, or a paragraph."""
    blocks: list[list[Span]] = []
    open_kind, blank = "", True
    for match in re.finditer(r"[^\n]*\n?", text):
        line = trim(text, Span(*match.span()))
        words = text[line.start : line.end] if line else ""
        if line is None or _TABLE_RULE.match(words):
            within = (open_kind == "list" and line is None) or (open_kind == "table" and line is not None)
            open_kind = open_kind if within else ""
            blank = True
            continue
        kind = "heading" if _heading(words) else "list" if _ITEM.match(words) else "text"
        kind = "table" if words.startswith("|") else kind
        indented = match.start() < line.start
        if kind == "text" and open_kind == "list" and (indented or not blank):
            kind = "list"
        if kind == "heading" or kind != open_kind:
            blocks.append([])
        blocks[-1].append(line)
        open_kind, blank = kind, False
    return blocks


def _heading(line: str) -> re.Match[str] | None:
    return _HEADING.match(line) or BOLD_HEADING.match(line)


def _shift(start: int, match: re.Match[str]) -> Span:
    return Span(start + match.start("words"), start + match.end("words"))


def _unit(kind: Kind, text: str, span: Span, list_: int | None = None) -> Unit:
    return Unit(kind, span, text[span.start : span.end], list_)
