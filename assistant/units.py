"""The quotable pieces of a passage: headings, sentences, and lists with their lead-in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, Protocol

from assistant.orders import orders, within_orders
from assistant.question import SIDES, Side
from ingest.text import Span, sentence_spans, trim

_HEADING = re.compile(r"^[ ]{0,3}#{1,6}[ \t]+(?P<words>.*?)[ \t#]*$")
_ITEM = re.compile(r"^[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+(?P<words>.*)$")
_TABLE_RULE = re.compile(r"^[ \t]*\|?[ \t:|-]+\|?[ \t]*$")

# Says what comes next instead of saying something.
SIGNPOST = re.compile(
    r"^(?:(?:next|now|so|here|but)\b,?\s*)?"
    r"(?:let[’']s|now that|having discussed|did you know|[’']s (?:how|why)|in this (?:article|post|section))",
    re.IGNORECASE,
)
# Says what the whole text is about, which answers a question for that and no other.
OVERVIEW = re.compile(
    r"^(?:in )?this (?:chapter|document|guide|page|paper|report)\b"
    r"|^we(?:[’']ll)? (?:also |then )?(?:cover|describe|discuss|explain|explore|look)\b",
    re.IGNORECASE,
)


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

    A list is one unit: its `span` runs from the lead-in to the last item, `lead_in` may be empty, `items` are
    the spans of the items without their marks. A single item is a unit of its own as well.
    """

    kind: Literal["heading", "sentence", "item", "list"]
    span: Span
    text: str
    lead_in: str = ""
    items: tuple[Span, ...] = ()
    before: str = ""  # the sentence before it in the same passage, which words like "they" point to


@lru_cache(maxsize=4096)
def units(text: str) -> tuple[Unit, ...]:
    """The units of a passage's text, in order; a list comes before its items. What is an order is none."""
    found: list[Unit] = []
    for block in _blocks(text):
        before = _last_sentence(found)
        first = text[block[0].start : block[0].end]
        if heading := _HEADING.match(first):
            found.append(_unit("heading", text, _shift(block[0].start, heading)))
        elif _ITEM.match(first):
            found += _list(text, _items(text, block), found)
        elif first.startswith("|") and len(block) > 1:
            found += _table(text, block, found)
        else:
            for span in sentence_spans(text, block[0].start, block[-1].end):
                found.append(_unit("sentence", text, span, before=before))
                before = found[-1].text
    return tuple(unit for one in found for unit in _without_orders(one, text))


def _without_orders(unit: Unit, text: str) -> Iterator[Unit]:
    """The unit, where it is no order; of a sentence what stands before one."""
    if not within_orders(text, unit.span):
        yield unit
    elif unit.kind == "sentence":
        first = min(order.start for order in orders(text) if unit.span.start < order.end)
        if kept := trim(text, Span(unit.span.start, max(unit.span.start, first))):
            yield replace(unit, span=kept, text=text[kept.start : kept.end])


def _last_sentence(found: list[Unit]) -> str:
    return found[-1].text if found and found[-1].kind == "sentence" else ""


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


def _list(text: str, items: list[Span], found: list[Unit]) -> list[Unit]:
    has_lead_in = bool(found) and found[-1].kind == "sentence" and found[-1].text.endswith(":")
    lead_in = found.pop() if has_lead_in else None
    before = lead_in.before if lead_in else _last_sentence(found)
    start = lead_in.span.start if lead_in else items[0].start
    span = Span(start, items[-1].end)
    whole = Unit("list", span, text[span.start : span.end], lead_in.text if lead_in else "", tuple(items), before)
    return [whole, *(_unit("item", text, item, lead_in=whole.lead_in) for item in items)]


def _table(text: str, lines: list[Span], found: list[Unit]) -> list[Unit]:
    """A table is a list of its rows, which its head announces; no row has the bars at its ends."""
    rows = [trim(text, Span(line.start + 1, line.end - text[: line.end].endswith("|"))) for line in lines]
    filled = [row for row in rows if row]
    if len(filled) < 2:
        return [_unit("sentence", text, row) for row in filled]
    head, *items = filled
    announced = _unit("sentence", text, head, before=_last_sentence(found))
    span = Span(head.start, items[-1].end)
    whole = Unit("list", span, text[span.start : span.end], announced.text, tuple(items), announced.before)
    return [whole, *(_unit("item", text, item, lead_in=announced.text) for item in items)]


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
        kind = "heading" if _HEADING.match(words) else "list" if _ITEM.match(words) else "text"
        kind = "table" if words.startswith("|") else kind
        indented = match.start() < line.start
        if kind == "text" and open_kind == "list" and (indented or not blank):
            kind = "list"
        if kind == "heading" or kind != open_kind:
            blocks.append([])
        blocks[-1].append(line)
        open_kind, blank = kind, False
    return blocks


def _shift(start: int, match: re.Match[str]) -> Span:
    return Span(start + match.start("words"), start + match.end("words"))


def _unit(
    kind: Literal["heading", "sentence", "item"], text: str, span: Span, lead_in: str = "", before: str = ""
) -> Unit:
    return Unit(kind, span, text[span.start : span.end], lead_in, before=before)


POINTS_BACK = re.compile(r"^(?:it|this|that(?! (?:being )?said)|they|these|those)\b", re.IGNORECASE)
_COMPARED_WITH = re.compile(r"\b(?:than|unlike|version of|subset of)\s+(?:an?\s+)?\w+", re.IGNORECASE)


def side_of(unit: Unit, section: str) -> Side | None:
    """Whose sentence it is: the one side that it names; where it names none, the sentence before or the section.

    "It is an extended version of BPO" is about what the sentence before is about.
    """
    own = _COMPARED_WITH.sub("", unit.text)
    heading = section.rsplit(" > ", 1)[-1]
    texts = [own, unit.lead_in, unit.before, heading]
    if POINTS_BACK.match(unit.text):
        texts = [unit.before, own, heading]
    for text in texts:
        named = [side for side, pattern in SIDES.items() if pattern.search(text)]
        if named:
            return named[0] if len(named) == 1 else None
    return None
