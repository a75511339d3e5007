"""A web page as Markdown: its main part, with what it folds away, without what it hides."""

import re
from itertools import chain

from bs4 import BeautifulSoup, Tag
from bs4.dammit import EncodingDetector

from ingest.formats.encodings import decode
from ingest.formats.html import new_tag, to_markdown
from ingest.formats.html_parser import Page
from ingest.formats.output import note, tidy
from ingest.titles import telling, title_of

_NO_TEXT = "script, style, noscript, template, nav, footer, [role=navigation], rt, rp"
_REMARK = re.compile(r"note|admonition|callout|warning|caution|tip|hint|important|alert|info", re.IGNORECASE)
_ZERO = r":0(?:\.0*)?(?:px|em|rem|%)?"
_NOT_SHOWN = re.compile(rf"(?:^|;)(?:display:none|visibility:hidden|(?:opacity|font-size){_ZERO})(?=;|!|$)")
_NO_SIZE = re.compile(rf"(?:^|;)font-size{_ZERO}(?=;|!|$)")
_APPEARS = re.compile(r"\b(?:wow|aos|animat\w*|fade\w*|reveal\w*)\b", re.IGNORECASE)  # when one gets there
_TARGETS = ["aria-controls", "data-target", "data-bs-target", "href", "for", "popovertarget", "commandfor"]
_OPENS = "button, summary, [aria-expanded], [role=button], [role=tab]"
_BLOCKS = "p div section article li td th dd dt ul ol table form blockquote".split()  # noqa: SIM905 - short
_BESIDE = ["nav", "aside", "header", "footer"]  # around what a page says
_OF_TABLES = ["table", "tbody", "thead", "tfoot", "colgroup", "tr"]  # what stands there beside cells is not read
_SHOWN = {  # what says something without words
    **dict.fromkeys(("img", "svg", "object", "iframe", "embed", "canvas"), "a picture"),
    "video": "a video",
    "audio": "a recording",
}
_PLAIN_MATHS = ("mrow", "mi", "mn", "mo", "mtext", "mstyle", "semantics")


def html_to_markdown(content: bytes | str) -> str:
    """The main part of a page, without navigation, scripts and what is hidden; links as their words.

    What the page itself can unfold is content. What it cannot is hidden from readers, and left out with a note.
    """
    if isinstance(content, bytes) and not EncodingDetector.find_declared_encoding(content, is_html=True):
        content = decode(content)
    page = Page(content)
    for shown in page.select(", ".join(_SHOWN)):
        if shown.name == "svg" and not shown.find(["text", "title", "desc", "image"]):
            shown.decompose()  # an icon beside a word
        else:
            shown.clear()  # what is in it is shown to nobody, or is a part of the picture
    title = telling(page.title.extract().get_text()) if page.title else ""
    for part in page.select(_NO_TEXT):
        part.decompose()
    _read_formulas(page)
    _leave_out_hidden(page)
    for aside in page.select("aside"):
        if not aside.decomposed and not _is_remark(aside):
            aside.decompose()
    body = _main_part(page.body or page)
    for shown in body.select(", ".join(_SHOWN)):
        if not _is_ornament(shown):
            shown.insert_before(note(_SHOWN[shown.name]))
        shown.decompose()
    for option in body.select("option + option"):
        option.insert_before(", ")
    text = tidy(to_markdown(body))
    return f"{tidy(f'# {title}')}\n{text}" if title and not title_of(text) else text


def _main_part(whole: Tag) -> Tag:
    """The one outermost `main` that has words, else the one `article` around all that is said, else the whole."""
    mains = [part for part in _outermost(whole, "main, [role=main]") if _length(part)]
    if mains:
        return mains[0] if len(mains) == 1 else whole
    articles = [part for part in _outermost(whole, "article") if _length(part)]
    if len(articles) != 1 or articles[0].find_parent(_BESIDE):
        return whole
    beside = [part for part in _outermost(whole, ", ".join(_BESIDE)) if not part.find_parent("article")]
    said = _length(whole) - sum(_length(part) for part in beside)
    return articles[0] if said == _length(articles[0]) else whole


def _outermost(whole: Tag, kinds: str) -> list[Tag]:
    """Those of these kinds that stand in no other of them."""
    found = whole.select(kinds)
    known = {id(part) for part in found}
    return [part for part in found if not any(id(outer) in known for outer in part.parents)]


def _read_formulas(page: BeautifulSoup) -> None:
    """Puts formulas as they were written, in TeX, where they stand: pages hide that and draw it anew."""
    for formula in page.select("math"):
        if formula.decomposed:  # with one beside it
            continue
        written = formula.select_one("annotation[encoding*=tex]")
        text = str(formula.get("alttext") or "") or (written.get_text() if written else "")
        if not text and all(part.name in _PLAIN_MATHS for part in formula.select("*")):
            text = formula.get_text()
        whole = formula
        while whole.parent is not None and whole.parent.name == "span" and not _has_words_beside(whole):
            whole = whole.parent
        shown = re.sub(r"^\{\\displaystyle (.*)\}$", r"\1", " ".join(text.split()))
        whole.insert_before(shown or note("a formula"))
        whole.decompose()


def _has_words_beside(part: Tag) -> bool:
    beside = chain(part.previous_siblings, part.next_siblings)
    return any(next(iter(other.stripped_strings), None) for other in beside)


def _leave_out_hidden(page: BeautifulSoup) -> None:
    """Takes out what no means of the page shows, with a note where there were words."""
    hidden = [part for part in page.select("[hidden], [aria-hidden=true], [style]") if _is_hidden(part)]
    openers = page.select(", ".join(f"[{name}]" for name in _TARGETS)) if hidden else []
    named = [str(opener.get(name, "")).removeprefix("#") for opener in openers for name in _TARGETS]
    shown = {name for names in named for name in names.split()}
    length = _length(page)
    for part in hidden:
        if part.decomposed or _can_be_shown(part, shown):
            continue
        if _may_fade_in(part) and 2 * _length(part) > length:
            continue  # most of a page is
        ornament = part.get("aria-hidden") == "true"  # a copy or a sign for the eye alone
        if not ornament and any(letter.isalpha() for letter in part.get_text()):
            _note_beside(part)
        part.decompose()


def _note_beside(part: Tag) -> None:
    """Notes a hidden part behind the table or the block that it is in: its sentence does without it."""
    block = part.find_parent(_BLOCKS) if part.name not in _BLOCKS else None
    place, tables = block or part.parent, part.find_parents("table")
    if place and tables and place.name in _OF_TABLES:
        tables[-1].insert_after(new_tag("p", note("a hidden part")))
    elif block:
        block.append(note("a hidden part"))
    else:
        part.insert_before(new_tag("p", note("a hidden part")))


def _is_hidden(part: Tag) -> bool:
    return part.has_attr("hidden") or part.get("aria-hidden") == "true" or bool(_NOT_SHOWN.search(_style(part)))


def _may_fade_in(hidden: Tag) -> bool:
    """Whether it has its place on the page all the same, to be seen there when all is loaded."""
    style = _style(hidden)
    return not hidden.has_attr("hidden") and "none" not in style and not _NO_SIZE.search(style)


def _style(part: Tag) -> str:
    return re.sub(r"\s", "", str(part.get("style", ""))).lower()


def _can_be_shown(part: Tag, shown: set[str]) -> bool:
    """Whether a reader can unfold it: a control names it or stands right before it, or it is made for that."""
    if part.get("hidden") == "until-found" or part.get("role") == "tabpanel" or part.get("id") in shown:
        return True
    if part.name in ("html", "body") or _APPEARS.search(str(part.get("class", ""))):
        return True
    before = part.find_previous_sibling()
    opener = before and (before if before.css.match(_OPENS) else before.select_one(_OPENS))
    return bool(before and opener and _length(opener) == _length(before))


def _is_ornament(picture: Tag) -> bool:
    """Whether the page says that a picture says nothing."""
    marked = picture.get("role") in ("presentation", "none")
    return marked or (picture.name == "img" and picture.has_attr("alt") and not str(picture["alt"]).strip())


def _is_remark(aside: Tag) -> bool:
    """Whether it belongs to the text beside it, and does not lead to other pages."""
    linked = sum(_length(link) for link in aside.select("a"))
    marks = f"{aside.get('class', '')} {aside.get('role', '')}"
    return 2 * linked <= _length(aside) and bool(aside.find_parent(["main", "article"]) or _REMARK.search(marks))


def _length(part: Tag) -> int:
    return len("".join(part.get_text().split()))
