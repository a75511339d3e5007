"""A document of any kind as Markdown, its title and headings kept; for a PDF the pages are the sections.

What a hostile file can make a converter do is bounded by the process that this runs in, see `sandbox`.
"""

import io
import re
import statistics
import zipfile
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import bs4
    import pypdfium2

_LARGEST_UNZIPPED = 200_000_000  # bytes
_PASSED_OVER = (
    *("script", "style", "noscript", "template", "svg", "iframe", "object", "input", "select", "textarea"),
    *("nav", "aside", "footer", "[hidden]", "[aria-hidden=true]", "[style*='display:none']"),
    *("[style*='display: none']", "[role=navigation]"),
)
# of those that a text could be in, the first is taken where nothing speaks for another
_ENCODINGS = (
    *("cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1255", "cp1256"),
    *("cp932", "euc_jp", "gb18030", "big5", "euc_kr"),
)
_STRANGE = re.compile(
    r"[^\w\s\x00-\x7f–—‘’‚“”„…•€«»°§©®](?=[^\W\d_])|(?<=[a-z])[^\w\s\x00-\x7f’–—”…](?=[a-z])"  # symbols in words
    r"|[À-ž]{3,}"  # words of nothing but letters with accents
    r"|[ŁŚŞĽŤŹŻ](?=\d)|(?<![Ѐ-ӿ])[Ђ-џ](?![Ѐ-ӿ])"  # a letter where a currency stands, a Cyrillic one alone
)
_BULLET = re.compile(r"[•●▪◦‣■□➢✓–—-][ \t]+")
_GOES_ON = "\ufffe"  # in place of a hyphen at the end of a line, whose word PDFium joins
_ITEM = re.compile(r"(?:- |\d{1,3}[.)] )")
_ENDED = re.compile(r"[.!?:;][\"'”’)\]]*$")


class Unreadable(ValueError):
    """The content is not what the name of the file says, or nothing can be read in it."""


def decode(content: bytes) -> str:
    """The text of a file: by its byte order mark, else UTF-8, else the encoding that it looks like.

    Raises `Unreadable` where it is no text.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-32" if content[:4] in (b"\xff\xfe\0\0", b"\0\0\xfe\xff") else "utf-16"
        return _decoded(content, encoding)
    if 3 * content.count(0) > len(content):  # every other byte of Latin letters in UTF-16
        return _decoded(content, "utf-16-le" if content[1::2].count(0) > content[::2].count(0) else "utf-16-be")
    with suppress(UnicodeDecodeError):
        return content.decode("utf-8-sig")
    if b"\0" in content:
        raise Unreadable("it is no text")
    from charset_normalizer import from_bytes

    found = list(from_bytes(content, cp_isolation=list(_ENCODINGS)))
    if not found:
        raise Unreadable("it is no text")
    close = [m for m in found if m.chaos <= found[0].chaos + 0.1 and m.coherence >= found[0].coherence - 0.2]
    likely = {name for match in close for name in match.could_be_from_charset} | {"cp1252"}
    texts = [str(found[0])]
    for name in _ENCODINGS:
        with suppress(UnicodeDecodeError):
            texts += [content.decode(name)] if name in likely else []
    return min(texts[1:] or texts, key=_strangeness)  # of equals, the first


def _strangeness(text: str) -> int:
    return sum(len(found) for found in _STRANGE.findall(text))


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable("it is no text") from None


def html_to_markdown(content: bytes | str) -> str:
    """The main part of a page, without navigation, scripts, pictures and what is hidden; links as their words."""
    from bs4 import BeautifulSoup
    from bs4.dammit import EncodingDetector
    from markdownify import MarkdownConverter

    if isinstance(content, bytes) and not EncodingDetector.find_declared_encoding(content, is_html=True):
        content = decode(content)
    page = BeautifulSoup(content, "html.parser")
    for hidden in page.select(", ".join(_PASSED_OVER)):
        hidden.decompose()
    title = " ".join(page.title.extract().get_text().split()) if page.title else ""
    whole = page.body or page
    parts = [part for part in page.select("main, [role=main], article") if 2 * _length(part) > _length(whole)]
    body = parts[-1] if parts else whole  # the innermost that holds most of the words
    converter = MarkdownConverter(
        heading_style="ATX",
        bullets="-",
        strip=["a", "img"],
        escape_asterisks=False,
        escape_underscores=False,
        escape_misc=False,
    )
    text = converter.convert_soup(body).strip()
    if not text:
        raise Unreadable("it has no text")
    named = title and not re.search(r"^# ", text, re.MULTILINE)
    return _tidy(f"# {title}\n\n{text}" if named else text)


def _length(part: "bs4.Tag") -> int:
    return len("".join(part.get_text().split()))


def docx_to_markdown(content: bytes) -> str:
    """A Word document by its styles: title, headings, lists, tables and footnotes."""
    import mammoth

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(file.file_size for file in archive.infolist()) > _LARGEST_UNZIPPED:
                raise Unreadable("it is too large when unpacked")
        styles = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => p > em:fresh"
        result = mammoth.convert_to_html(
            io.BytesIO(content),
            style_map=styles,
            convert_image=mammoth.images.img_element(lambda image: {"src": ""}),
            external_file_access=False,
        )
    except (zipfile.BadZipFile, OSError, KeyError, AttributeError, ValueError) as error:
        raise error if isinstance(error, Unreadable) else Unreadable("it is no Word document") from None
    return html_to_markdown(result.value)


def pdf_to_markdown(content: bytes) -> str:
    """The text of a PDF: a section a page, paragraphs told apart by the space between their lines."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise Unreadable("it needs a password" if locked else "it is no PDF") from None
    title = " ".join((document.get_metadata_dict().get("Title") or "").split())
    pages = [f"## Page {number}\n\n{_page_text(page)}" for number, page in enumerate(document, start=1)]
    if all(page.endswith("\n\n") for page in pages):
        raise Unreadable("it has no text; is it a scan?")
    return _tidy("\n\n".join([*([f"# {title}"] if title else []), *pages]))


def _page_text(page: "pypdfium2.PdfPage") -> str:
    """The lines of a page, joined to paragraphs and list items."""
    read = page.get_textpage()
    whole = read.get_text_range(errors="replace")
    lines, at = [], 0
    for raw in whole.split("\r\n"):
        text = " ".join(raw.replace(_GOES_ON, "").split())
        if text:
            first = at + len(raw) - len(raw.lstrip())
            _, bottom, _, top = read.get_charbox(min(first, read.count_chars() - 1), loose=True)
            lines.append((text, bottom, top - bottom))
        at += len(raw) + 2
    gaps = [a[1] - b[1] for a, b in pairwise(lines) if a[1] > b[1]]
    usual = statistics.median_low(gaps) if gaps else 0.0
    text, before = "", None
    for words, bottom, height in lines:
        item = _BULLET.match(words)
        shown = f"- {words[item.end() :]}" if item else words
        if before is None:
            text = shown
        else:
            last_bottom, last_height = before
            gap = last_bottom - bottom
            apart = gap > 1.3 * usual or abs(height - last_height) > 0.1 * last_height
            above = gap <= 0 and _ENDED.search(text)  # another column, or the foot of the page
            if apart or above:
                text += f"\n\n{shown}"
            elif item or _ITEM.match(shown):
                text += f"\n{shown}"
            else:
                text += f" {shown}"
        before = (bottom, height)
    return text


def _tidy(text: str) -> str:
    """Without trailing spaces, and with one blank line where there were several."""
    lines = "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"


CONVERTERS: dict[str, Callable[[bytes], str]] = {
    ".html": html_to_markdown,
    ".htm": html_to_markdown,
    ".docx": docx_to_markdown,
    ".pdf": pdf_to_markdown,
}
