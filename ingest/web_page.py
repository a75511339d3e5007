"""A web page as Markdown: its main part, with what it folds away, without what it hides."""

import re

from bs4 import BeautifulSoup, Tag
from bs4.dammit import EncodingDetector
from markdownify import ATX, MarkdownConverter

from ingest.encodings import Unreadable, decode
from ingest.markdown import NOTES, note, table, tidy
from ingest.titles import telling

_NO_TEXT = (
    *("script", "style", "noscript", "template", "svg", "iframe", "object", "select", "textarea"),
    *("nav", "footer", "[role=navigation]"),
)
_REMARK = re.compile(r"note|admonition|callout|warning|caution|tip|hint|important|alert|info", re.IGNORECASE)
_NOT_SHOWN = re.compile(
    r"(?:display:none|visibility:hidden|(?:opacity|font-size):0(?:\.0*)?(?:px|em|rem|%)?)(?:;|!|$)"
)
_NAMES_ITS_TARGET = (
    "aria-controls",
    "data-target",
    "data-bs-target",
    "href",
    "for",
    "popovertarget",
    "commandfor",
)
_OPENS = "button, summary, [aria-expanded], [role=button], [role=tab]"
_BLOCKS = [
    "p",
    "div",
    "section",
    "article",
    "li",
    "td",
    "th",
    "dd",
    "dt",
    "ul",
    "ol",
    "table",
    "form",
    "blockquote",
]
_PLAIN_MATHS = ("mrow", "mi", "mn", "mo", "mtext", "mstyle", "semantics")
_CELLS = 1_000  # across, of a table


def html_to_markdown(content: bytes | str) -> str:
    """The main part of a page, without navigation, scripts and what is hidden; links as their words.

    What the page itself can unfold is content. What it cannot is hidden from readers, and left out with a note.
    """
    if isinstance(content, bytes) and not EncodingDetector.find_declared_encoding(content, is_html=True):
        content = decode(content)
    page = BeautifulSoup(content, "html.parser")
    title = telling(page.title.extract().get_text()) if page.title else ""
    for part in page.select(", ".join(_NO_TEXT)):
        part.decompose()
    _read_formulas(page)
    _leave_out_hidden(page)
    for aside in page.select("aside"):
        if not aside.decomposed and not _is_remark(aside):
            aside.decompose()
    whole = page.body or page
    parts = [part for part in page.select("main, [role=main], article") if 2 * _length(part) > _length(whole)]
    body = parts[-1] if parts else whole  # the innermost that holds most of the words
    for picture in body.select("img"):  # one without words for it is an ornament
        picture.replace_with(note("a picture") if str(picture.get("alt", "")).strip() else "")
    text = to_markdown(body)
    named = title and not re.search(r"^# ", text, re.MULTILINE)
    return tidy(f"# {title}\n\n{text}" if named else text)


def to_markdown(body: Tag, head_is_first_row: bool = False) -> str:
    """Checked HTML as Markdown; in a Word table the first row is the head, whether it is marked as one or not.

    Raises `Unreadable` where there is no text.
    """
    _prepare(body)
    text = _Markdown(head_is_first_row).convert_soup(body).strip()
    if not NOTES.sub("", text).strip():
        raise Unreadable("it has no text")
    return str(text)


def _read_formulas(page: BeautifulSoup) -> None:
    """Puts formulas as they were written, in TeX, where they stand: pages hide that and draw it anew."""
    for formula in page.select("math"):
        written = formula.select_one("annotation[encoding*=tex]")
        text = str(formula.get("alttext") or "") or (written.get_text() if written else "")
        if not text and all(part.name in _PLAIN_MATHS for part in formula.select("*")):
            text = formula.get_text()
        whole = formula
        while whole.parent is not None and whole.parent.name == "span" and _length(whole.parent) == _length(whole):
            whole = whole.parent
        shown = re.sub(r"^\{\\displaystyle (.*)\}$", r"\1", " ".join(text.split()))
        whole.replace_with(shown or note("a formula"))


def _leave_out_hidden(page: BeautifulSoup) -> None:
    """Takes out what no means of the page shows, with a note where there were words."""
    hidden = [part for part in page.select("[hidden], [aria-hidden=true], [style]") if _is_hidden(part)]
    openers = page.select(", ".join(f"[{name}]" for name in _NAMES_ITS_TARGET)) if hidden else []
    named = [str(opener.get(name, "")).removeprefix("#") for opener in openers for name in _NAMES_ITS_TARGET]
    shown = {name for names in named for name in names.split()}
    for part in hidden:
        if part.decomposed or _can_be_shown(part, shown):
            continue
        ornament = part.get("aria-hidden") == "true"  # a copy or a sign for the eye alone
        words = not ornament and any(letter.isalpha() for letter in part.get_text())
        block = part.find_parent(_BLOCKS) if part.name not in _BLOCKS else None
        if words and block:  # the sentence that it stands in does without it
            block.append(note("a hidden part"))
        elif words:
            part.insert_before(_tag("p", note("a hidden part")))
        part.decompose()


def _is_hidden(part: Tag) -> bool:
    style = re.sub(r"\s", "", str(part.get("style", ""))).lower()
    by_style = any(_NOT_SHOWN.match(style, at) for at in [0, *(m.end() for m in re.finditer(";", style))])
    return part.has_attr("hidden") or part.get("aria-hidden") == "true" or by_style


def _can_be_shown(part: Tag, shown: set[str]) -> bool:
    """Whether a reader can unfold it: a control names it or stands right before it, or it is made for that."""
    if part.get("hidden") == "until-found" or part.get("role") == "tabpanel" or part.get("id") in shown:
        return True
    before = part.find_previous_sibling()
    return bool(before and (before.css.match(_OPENS) or before.select_one(_OPENS)))


def _is_remark(aside: Tag) -> bool:
    """Whether it belongs to the text beside it, and does not lead to other pages."""
    linked = sum(_length(link) for link in aside.select("a"))
    marks = " ".join(
        [*aside.get_attribute_list("class"), *aside.get_attribute_list("role")] if aside.attrs else []
    )
    return 2 * linked <= _length(aside) and bool(aside.find_parent(["main", "article"]) or _REMARK.search(marks))


def _length(part: Tag) -> int:
    return len("".join(part.get_text().split()))


def _prepare(body: Tag) -> None:
    """Brings into a form that Markdown has: what folds, boxes to tick, tables in tables and of one column."""
    for summary in body.select("summary"):
        summary.name = "p"
        _bold(summary)
    for tabs in body.select("[role=tablist]"):
        labels = tabs.select("[role=tab]")
        for tab, panel in zip(labels, tabs.find_all_next(role="tabpanel", limit=len(labels)), strict=False):
            tab.name = "p"
            _bold(tab)
            panel.insert_before(tab.extract())
    for box in body.select("input"):
        ticked = "\u2612 " if box.has_attr("checked") else "\u2610 "
        box.replace_with(ticked if box.get("type") in ("checkbox", "radio") else "")
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


def _bold(part: Tag) -> None:
    words = " ".join(part.get_text().split())
    part.clear()
    part.append(_tag("strong", words))


def _tag(name: str, text: str = "") -> Tag:
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
        texts = [[self._read[id(cell)] if cell else "" for cell in row] for row in grid]
        self._read = {}
        caption = el.find("caption")
        named = f"{' '.join(caption.get_text().split())}\n\n" if caption else ""
        texts = [[NOTES.sub("", cell) for cell in row] for row in texts]
        filled = [(cells, row) for cells, row in zip(grid, texts, strict=True) if "".join(row).strip()]
        if not filled:
            return notes
        headed = self._head_is_first_row or all(cell is None or _heads(cell) for cell in filled[0][0])
        return f"\n\n{named}{table([row for _, row in filled], headed)}{notes}\n\n"


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
    return min(int(written), _CELLS) if written.isdecimal() else 1
