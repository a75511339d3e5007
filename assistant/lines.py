"""The lines of an answer that is quoted, and how they read as Markdown."""

from dataclasses import dataclass

from markdown_it import MarkdownIt

from assistant.citations import escape
from assistant.prompts import NOT_SAID


@dataclass(frozen=True)
class Line:
    """The number of the passage that it quotes, the words, and what stands before them."""

    number: int
    text: str
    label: str = ""
    item: bool = False


@dataclass(frozen=True)
class TableRow:
    """What a section, named in the first cell, says of either of two things; `None`: nothing."""

    cells: tuple[Line | None, ...]
    names: tuple[str, str]


def markdown(line: Line | TableRow, before: str) -> str:
    """A line as Markdown, with what separates it from the text before it; the first row has a head above it."""
    if isinstance(line, TableRow):
        cells = [f"{escape(one.text)} [{one.number}]" if one else NOT_SAID for one in line.cells]
        head = "" if before else f"| | {' | '.join(map(escape, line.names))} |\n| --- | --- | --- |"
        return f"{head}\n| {' | '.join(cells)} |"
    label = f"**{escape(line.label).replace('*', '')}** " if line.label else ""
    text = f"{'- ' if line.item else ''}{label}{escape(line.text)} [{line.number}]"
    if not before:
        return text
    return f"\n{text}" if line.item and not line.label else f"\n\n{text}"


def markdown_reader() -> MarkdownIt:
    """Reads the Markdown of answers as HTML: paragraphs, lists, tables, emphasis. All else is text."""
    return MarkdownIt("zero").enable(["list", "table", "emphasis", "escape", "entity", "newline"])
