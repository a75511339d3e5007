"""A web page as Markdown: its main part, with what it folds away, without what it hides."""

import re
from itertools import chain

from bs4 import BeautifulSoup, Tag
from bs4.dammit import EncodingDetector

from ingest.formats.encodings import decode
from ingest.formats.html import to_markdown
from ingest.formats.html_hidden import leave_out_hidden, length_of
from ingest.formats.html_parser import Page
from ingest.formats.output import note, tidy
from ingest.titles import telling, title_of

_NO_TEXT = "script, style, noscript, template, nav, footer, [role=navigation], rt, rp"
_REMARK = re.compile(r"note|admonition|callout|warning|caution|tip|hint|important|alert|info", re.IGNORECASE)
_BESIDE = ["nav", "aside", "header", "footer"]  # around what a page says
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
    page = Page(content, "html.parser")
    for shown in page.select(", ".join(_SHOWN)):
        if shown.name == "svg" and not shown.find(["text", "title", "desc", "image"]):
            shown.decompose()  # an icon beside a word
        else:
            shown.clear()  # what is in it is shown to nobody, or is a part of the picture
    title = telling(page.title.extract().get_text()) if page.title else ""
    for part in page.select(_NO_TEXT):
        part.decompose()
    _read_formulas(page)
    leave_out_hidden(page)
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
    mains = [part for part in _outermost(whole, "main, [role=main]") if length_of(part)]
    if mains:
        return mains[0] if len(mains) == 1 else whole
    articles = [part for part in _outermost(whole, "article") if length_of(part)]
    if len(articles) != 1 or articles[0].find_parent(_BESIDE):
        return whole
    beside = [part for part in _outermost(whole, ", ".join(_BESIDE)) if not part.find_parent("article")]
    said = length_of(whole) - sum(length_of(part) for part in beside)
    return articles[0] if said == length_of(articles[0]) else whole


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


def _is_ornament(picture: Tag) -> bool:
    """Whether the page says that a picture says nothing."""
    marked = picture.get("role") in ("presentation", "none")
    return marked or (picture.name == "img" and picture.has_attr("alt") and not str(picture["alt"]).strip())


def _is_remark(aside: Tag) -> bool:
    """Whether it belongs to the text beside it, and does not lead to other pages."""
    linked = sum(length_of(link) for link in aside.select("a"))
    marks = f"{aside.get('class', '')} {aside.get('role', '')}"
    return 2 * linked <= length_of(aside) and bool(aside.find_parent(["main", "article"]) or _REMARK.search(marks))
