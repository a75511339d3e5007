"""HTML as Markdown, by markdownify; tables as they are read."""

import re
from itertools import takewhile

from bs4 import BeautifulSoup, Tag
from markdownify import ATX, MarkdownConverter

from ingest.formats.encodings import Unreadable
from ingest.formats.output import NOTES, RAISED, as_text, note

_LINES = "p li dt dd td th h1 h2 h3 h4 h5 h6 div section article body".split()
_QUESTION_MARKS = ("?", "？", "؟")
_CELLS = 1_000  # across, of a table
_NO_FIELDS = ("button", "file", "hidden", "image", "password", "reset", "search", "submit")  # kinds of `input`

Row = list[Tag | None]  # of a table, with each cell in all columns that it spans


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
    """Brings into a form that Markdown has: what folds, boxes to tick, tables, and leaves out what was struck."""
    for part in body.select("main, header, aside"):  # which markdownify would run together
        part.name = "div"
    _open(body)
    for numbered in body.select("ol[start]"):
        if not re.fullmatch("[0-9]{1,9}", str(numbered["start"])):  # what markdownify cannot count from
            del numbered["start"]
    for raised in body.select("sup"):  # "20 euros" with a raised 1 costs no "euros1"
        signs = raised.get_text()
        if signs and set(signs) <= RAISED.keys():
            raised.replace_with("".join(RAISED[sign] for sign in signs))
    for box in body.select("input"):
        box.replace_with(_filled_in(box))
    for box in body.select("textarea"):
        if not box.get_text().strip():
            box.replace_with(note("an empty field"))
    # noted behind the sentence, which does without it
    for struck in reversed(body.select("s, strike, del, [style*=line-through]")):
        if any(map(str.isalnum, struck.get_text())):
            (struck.find_parent(_LINES) or body).append(note("struck text"))
        struck.decompose()
    body.smooth()
    _flatten_tables(body)


def _filled_in(box: Tag) -> str:
    """What stands in a field of a form; nothing for what is a means to use the page."""
    kind = str(box.get("type", "")).lower()
    if kind in ("checkbox", "radio"):
        return "\u2612 " if box.has_attr("checked") else "\u2610 "
    if kind in _NO_FIELDS:
        return ""
    return str(box.get("value", "")).strip() or note("an empty field")


def _open(body: Tag) -> None:
    """Makes what opens or asks for something a bold line above that."""
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


def new_tag(name: str, text: str) -> Tag:
    """A tag with this text."""
    return BeautifulSoup("", "html.parser").new_tag(name, string=text)


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
        texts = [[NOTES.sub("", self._read.get(id(cell), "")) for cell in row] for row in grid]
        self._read = {}
        filled = [row for row in zip(grid, texts, strict=True) if "".join(row[1]).strip()]
        if not filled:
            return notes
        grid, texts = [cells for cells, _ in filled], [row for _, row in filled]
        titles = _titles(grid)
        captions = [caption.get_text() for caption in el.find_all("caption", limit=1)]
        captions += [next(filter(None, row)) for row in texts[:titles]]
        named = "".join(f"{' '.join(caption.split())}\n\n" for caption in captions)
        head = _head(grid[titles:], self._head_is_first_row)
        return f"\n\n{named}{_table(texts[titles:], head)}{notes}\n\n"


def _titles(grid: list[Row]) -> int:
    """How many rows above the head are one cell over all columns; none where such rows also part those below."""
    whole = [_cells(row) == 1 for row in grid]
    titles = whole.index(False) if False in whole else 0
    marked = _is_in_head(grid[titles]) or _names_columns(grid[titles])
    return titles if marked or not any(whole[titles:-1]) else 0


def _head(grid: list[Row], is_first_row: bool) -> int:
    """How many rows are the head: all that are marked, or the first one, and those that its cells reach down to.

    They only do where another of them stands over several columns: then the names of these are below it.
    """
    head = len([*takewhile(_is_in_head, grid)]) or len([*takewhile(_names_columns, grid)])
    if head in (0, len(grid)):
        head = int(head > 0 or is_first_row or all(cell is None or _is_bold(cell) for cell in grid[0]))
    first = {id(cell) for cell in grid[0] if cell}
    if head and len(first) < sum(cell is not None for cell in grid[0]):
        reached = len([*takewhile(lambda row: any(id(cell) in first for cell in row), grid)])
        head = max(head, reached if reached < len(grid) else 0)
    return head


def _cells(row: Row) -> int:
    return len({id(cell) for cell in row if cell})


def _is_in_head(row: Row) -> bool:
    return all(cell is None or cell.find_parent("thead") for cell in row)


def _names_columns(row: Row) -> bool:
    return _cells(row) > 1 and all(cell is None or cell.name == "th" for cell in row)


def _is_bold(cell: Tag) -> bool:
    bold = " ".join(part.get_text() for part in cell.select("b, strong"))
    return cell.name == "th" or bold.split() == cell.get_text().split() != []


def _grid(rows: list[list[Tag]]) -> list[Row]:
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


def _table(rows: list[list[str]], head: int) -> str:
    """The rows of a table, each of as many cells, as Markdown; the names of a column in its head are joined."""
    lines = [[" ".join(cell.split()).replace("|", "\\|") for cell in row] for row in rows]
    names = [" ".join(dict.fromkeys(filter(None, column))) for column in zip(*lines[:head], strict=True)]
    width = len(lines[0])
    shown = [names or [""] * width, ["---"] * width, *lines[head:]]
    return "\n".join(f"| {' | '.join(line)} |" for line in shown)
