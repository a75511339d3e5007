"""HTML as Markdown, by markdownify; tables as they are read."""

import re
from itertools import takewhile

from bs4 import BeautifulSoup, Tag
from markdownify import ATX, MarkdownConverter

from ingest.formats.docx_formulas import RAISED
from ingest.formats.encodings import Unreadable
from ingest.formats.output import NOTES, as_text

_QUESTION_MARKS = ("?", "？", "؟")
_CELLS = 1_000  # across, of a table


def to_markdown(body: Tag, head_is_first_row: bool = False) -> str:
    """Checked HTML as Markdown; in a Word table the first row is the head, whether it is marked as one or not.

    Raises `Unreadable` where there is no text.
    """
    _prepare(body)
    text = _Markdown(head_is_first_row).convert_soup(body).strip()
    if not NOTES.sub("", text).strip():
        raise Unreadable("it has no text")
    return str(text)


def _prepare(body: Tag) -> None:
    """Brings into a form that Markdown has: what folds, boxes to tick, tables."""
    for part in body.select("main, header, aside"):  # which markdownify would run together
        part.name = "div"
    for summary in body.select("summary"):
        summary.name = "p"
        bold(summary)
    for term in body.select("dt"):
        if term.get_text().rstrip().endswith(_QUESTION_MARKS):  # an FAQ: with the answer it is no definition
            for answer in takewhile(lambda one: one.name == "dd", term.find_next_siblings(True)):
                answer.name = "div"
            term.name = "p"
            bold(term)
    for tab, panel in _opened_by_tabs(body):
        tab.name = "p"
        bold(tab)
        panel.insert_before(tab.extract())
    for numbered in body.select("ol[start]"):
        if not re.fullmatch("[0-9]{1,9}", str(numbered["start"])):  # what markdownify cannot count from
            del numbered["start"]
    for raised in body.select("sup"):  # "20 euros" with a raised 1 costs no "euros1"
        if set(raised.get_text()) <= RAISED.keys():
            raised.replace_with("".join(RAISED[sign] for sign in raised.get_text()))
    for box in body.select("input"):
        ticked = "\u2612 " if box.has_attr("checked") else "\u2610 "
        box.replace_with(ticked if box.get("type") in ("checkbox", "radio") else "")
    _flatten_tables(body)


def _flatten_tables(body: Tag) -> None:
    """Makes tables for the layout and of one column plain parts, and takes tables out of tables."""
    for box in body.select("table"):
        parts = [
            part for part in box.select("tr, td, th, tbody, thead, tfoot") if part.find_parent("table") is box
        ]
        alone = all(len(part.find_all(["td", "th"], recursive=False)) < 2 for part in parts if part.name == "tr")
        if alone or box.get("role") in ("presentation", "none"):
            for part in (box, *parts):
                part.name = "div"
    for inner in reversed(body.select("table table")):  # each behind the one that it stands in
        outer = inner.find_parent("table")
        if outer:
            outer.insert_after(inner.extract())


def _opened_by_tabs(body: Tag) -> list[tuple[Tag, Tag]]:
    """Each tab with the part that it names, the others with the panels left, in turn, before other tabs begin."""
    parts = {str(part["id"]): part for part in reversed(body.select("[id]"))}
    named = [(tab, parts.get(str(tab.get("aria-controls")))) for tab in body.select("[role=tablist] [role=tab]")]
    pairs = [(tab, part) for tab, part in named if part and not _in_a_tab(part)]
    paired = {id(part) for pair in pairs for part in pair}
    left: list[Tag] = []
    for part in body.select("[role=tablist], [role=tabpanel]"):
        if part["role"] == "tablist":
            left = [tab for tab in part.select("[role=tab]") if id(tab) not in paired]
        elif left and id(part) not in paired and not _in_a_tab(part):
            pairs.append((left.pop(0), part))
    return pairs


def _in_a_tab(part: Tag) -> bool:
    return part.get("role") == "tab" or part.find_parent(role="tab") is not None


def bold(part: Tag) -> None:
    """Leaves of a part its words, in bold."""
    words = " ".join(part.get_text().split())
    part.clear()
    part.append(new_tag("strong", words))


def new_tag(name: str, text: str = "") -> Tag:
    """A tag with this text."""
    made = BeautifulSoup("", "html.parser").new_tag(name)
    made.string = text
    return made


class _Markdown(MarkdownConverter):
    """With tables as they are read: merged cells wherever they span, notes behind the table."""

    def __init__(self, head_is_first_row: bool) -> None:
        super().__init__(
            heading_style=ATX,
            bullets="-",
            strip=["a"],
            escape_asterisks=False,
            escape_underscores=False,
            escape_misc=False,
        )
        self._head_is_first_row = head_is_first_row
        self._read: dict[int, str] = {}  # the texts of the cells of the table at hand

    def escape(self, text: str, parent_tags: set[str]) -> str:
        return as_text(text)

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        self._read[id(el)] = text
        return ""

    convert_th = convert_td

    def convert_tr(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return ""

    def convert_table(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        rows = [row for row in el.find_all("tr") if row.find_parent("table") is el]
        grid = _grid([list(row.find_all(["td", "th"], recursive=False)) for row in rows])
        notes = "".join(f"\n\n{found[0]}" for text in self._read.values() for found in NOTES.finditer(text))
        texts = [[self._read.get(id(cell), "") if cell else "" for cell in row] for row in grid]
        self._read = {}
        caption = el.find("caption")
        named = f"{' '.join(caption.get_text().split())}\n\n" if caption else ""
        texts = [[NOTES.sub("", cell) for cell in row] for row in texts]
        filled = [(cells, row) for cells, row in zip(grid, texts, strict=True) if "".join(row).strip()]
        if not filled:
            return notes
        headed = self._head_is_first_row or all(cell is None or _heads(cell) for cell in filled[0][0])
        return f"\n\n{named}{_table([row for _, row in filled], headed)}{notes}\n\n"


def _heads(cell: Tag) -> bool:
    """Whether a cell of the first row names its column."""
    bold = " ".join(part.get_text() for part in cell.select("b, strong"))
    return (
        cell.name == "th" or cell.find_parent("thead") is not None or bold.split() == cell.get_text().split() != []
    )


def _grid(rows: list[list[Tag]]) -> list[list[Tag | None]]:
    """Every cell of a table at each place that it spans."""
    placed: dict[tuple[int, int], Tag] = {}
    for y, row in enumerate(rows):
        x = 0
        for cell in row:
            while (y, x) in placed:
                x += 1
            down, across = min(_span(cell, "rowspan") or len(rows), len(rows) - y), _span(cell, "colspan") or 1
            for place in ((y + dy, x + dx) for dy in range(down) for dx in range(across)):
                if place[1] < _CELLS:
                    placed[place] = cell
    width = max((x for _, x in placed), default=-1) + 1
    return [[placed.get((y, x)) for x in range(width)] for y in range(len(rows))]


def _span(cell: Tag, direction: str) -> int:
    written = str(cell.get(direction, "1")).strip()
    return min(int(written.lstrip("0")[:9] or 0), _CELLS) if written.isdecimal() else 1


def _table(rows: list[list[str]], headed: bool) -> str:
    """The rows of a table, each of as many cells, as Markdown; where it has no head, an empty one."""
    head, *others = rows if headed else [[""] * len(rows[0]), *rows]
    lines = [head, ["---"] * len(head), *others]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
