"""The units of a passage that the model judges one by one: not lists, but what announces them and their items."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from assistant import units as quotable
from ingest.text import Span

Kind = Literal["heading", "sentence", "item", "row"]


@dataclass(frozen=True)
class Unit:
    """A unit of a passage; `span` is relative to the passage's text.

    The items of a list have its number in `list`, and so has what announces it, the sentence before it or the
    head of the table; `announces` says so of that one.
    """

    kind: Kind
    span: Span
    text: str
    list: int | None = None
    announces: bool = False


@lru_cache(maxsize=4096)
def units(text: str) -> tuple[Unit, ...]:
    """The units of a passage's text, in order."""
    found: list[Unit] = []
    number: int | None = None
    items: tuple[Span, ...] = ()
    table = False
    for i, unit in enumerate(quotable.units(text)):
        if unit.kind == "list":
            number, items, table = i, unit.items, _is_table(text, unit)
            if unit.lead_in:
                span = Span(unit.span.start, unit.span.start + len(unit.lead_in))
                found.append(Unit("row" if table else "sentence", span, unit.lead_in, number, announces=True))
        elif unit.kind == "item":
            within = any(a <= unit.span.start and unit.span.end <= b for a, b in items)
            # an item of a list that an order to an assistant has torn apart stands alone
            found.append(
                Unit("row" if table and within else "item", unit.span, unit.text, number if within else i)
            )
        elif unit.text:
            found.append(Unit(unit.kind, unit.span, unit.text))
    return tuple(found)


def _is_table(text: str, unit: quotable.Unit) -> bool:
    """Whether a list is a table: a bar stands before its head."""
    return text[: unit.span.start].rstrip(" \t").endswith("|")
