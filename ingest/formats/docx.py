"""A Word document as Markdown: mammoth reads it by its styles, when what it does not know was made plain text.

That is: fields, numbers that Word makes, formulas, text boxes, headers, footers. Revisions are read as accepted.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import mammoth
from bs4 import BeautifulSoup, Tag

from ingest.formats.docx_formulas import linear
from ingest.formats.docx_numbers import write_out_numbers
from ingest.formats.docx_styles import Styles
from ingest.formats.docx_xml import W, is_on, parsed, run, tag, value, words
from ingest.formats.encodings import Unreadable
from ingest.formats.html import to_markdown
from ingest.formats.output import note, tidy

_LARGEST_UNZIPPED = 200_000_000  # bytes
_STYLES = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => p > em:fresh"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_COMPATIBLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_BOXED = {f"{_COMPATIBLE}AlternateContent", tag("drawing"), tag("pict")}
_SHOWN = {*map(tag, ("t", "tab", "br", "cr", "sym", "noBreakHyphen", "drawing", "pict", "object"))}
_COLUMNS = 63  # of a table in Word
_GOES_FOR = {  # what mammoth passes over with all that is in it, and what it reads in the same way
    **{tag(name): tag("smartTag") for name in ("fldSimple", "ruby", "rubyBase", "bdo", "dir")},
    **{f"{_MATH}{name}": tag("smartTag") for name in ("oMath", "oMathPara")},
    tag("cr"): tag("br"),
    tag("dstrike"): tag("strike"),
    tag("ptab"): tag("tab"),
}
_HEADINGS = [f"h{level}" for level in range(1, 7)]
_MARKS = "sup:has(> a[href][id^=footnote-ref-]), sup:has(> a[href][id^=endnote-ref-])"
_NOTES = re.compile(r"word/(?:foot|end)notes\.xml")
_MARGINS = re.compile(r"word/(?:header|footer)\d*\.xml")


def docx_to_markdown(content: bytes) -> str:
    """A Word document by its styles: title, headings, lists, tables and footnotes."""
    try:
        html = mammoth.convert_to_html(
            _plain(content),
            style_map=_STYLES,
            convert_image=mammoth.images.img_element(lambda image: {"src": ""}),
            external_file_access=False,
        ).value
    except (zipfile.BadZipFile, ElementTree.ParseError, OSError, KeyError, AttributeError, ValueError):
        raise Unreadable("it is no Word document") from None
    page = BeautifulSoup(html, "html.parser")
    for picture in page.select("img"):
        picture.replace_with(note("a picture"))
    _place_notes(page)
    return tidy(to_markdown(page, head_is_first_row=True))


def _place_notes(page: BeautifulSoup) -> None:
    """Puts footnotes at the end of their sections, and takes out their marks and the arrows that lead back."""
    notes = [found.extract() for found in page.select("li[id^=footnote-], li[id^=endnote-]")]
    for found in notes:
        found.name = "div"
        found.select("a")[-1].decompose()
    not_placed, of_section = iter(notes), list[Tag]()
    for block in page.find_all(recursive=False):
        if block.name in _HEADINGS:
            block.insert_before(*of_section)
            of_section = []
        marked = zip(block.select(_MARKS), not_placed, strict=False)
        of_section += [found for mark, found in marked if not mark.find_parent("s")]
    page.extend(of_section)
    for mark in page.select(_MARKS):
        mark.decompose()


def _plain(content: bytes) -> io.BytesIO:
    """The document, where its text is one that mammoth reads whole."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(file.file_size for file in archive.infolist()) > _LARGEST_UNZIPPED:
            raise Unreadable("it is too large when unpacked")
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = _main_part(parts)
    texts = {part: parsed(parts[part]) for part in [name, *filter(_NOTES.fullmatch, parts)]}
    styles = Styles(parts)
    for text in texts.values():
        styles.write_out(text)
        _leave_out_instructions(text)
        _leave_out(text)
        _read_formulas(text)
        _unbox(text)
        for element in text.iter():
            element.tag = _GOES_FOR.get(element.tag, element.tag)
    write_out_numbers(texts[name], parts, styles)
    body = texts[name].find(tag("body"))
    if body is not None:
        body[:0] = _margins(parts)
    parts |= {part: ElementTree.tostring(text) for part, text in texts.items()}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for part, data in parts.items():
            made.writestr(part, data)
    return file


def _main_part(parts: dict[str, bytes]) -> str:
    """The name of the part that the document itself is in."""
    found = [one for one in parsed(parts["_rels/.rels"]) if one.get("Type", "").endswith("/officeDocument")]
    return found[0].get("Target", "").lstrip("/") if found else "word/document.xml"


def _leave_out(document: Element) -> None:
    """Puts notes in place of empty fields and of what is no text, behind paragraphs for what is not shown."""
    for part in document.iter():
        if part.tag == tag("p"):
            _note_comments(part)
            hidden = [piece for piece in part.iter(tag("r")) if is_on(piece.find("w:rPr/w:vanish", W))]
            if any(words(piece).strip() for piece in hidden):
                part.append(run(note("hidden text")))
            for piece in hidden:
                piece[:] = []
        elif part.tag == tag("sdt") and is_on(part.find("w:sdtPr/w:showingPlcHdr", W)):
            for n, piece in enumerate(part.iter(tag("t"))):
                piece.text = "" if n else note("an empty field")
        elif part.tag == tag("tr"):  # a row that begins further to the right
            for _ in range(min(int(value(part.find("w:trPr/w:gridBefore", W), "0")), _COLUMNS)):
                part.insert(1, Element(tag("tc")))
        elif part.tag == tag("drawing") and not _has(part, "blip", "txbxContent"):
            _become_text(part, note("a drawing"))
        elif part.tag == tag("object"):
            _become_text(part, note("an embedded object"))
        elif part.tag == tag("altChunk"):
            part.tag = tag("p")
            part[:] = [run(note("an embedded document"))]


def _note_comments(paragraph: Element) -> None:
    """Puts a note behind a paragraph that a reviewer has commented on: within a sentence it would be a hole."""
    references = [*paragraph.iter(tag("commentReference"))]
    if references:
        paragraph.append(run(note("a comment")))
    for reference in references:
        _become_text(reference, "")


def _leave_out_instructions(document: Element) -> None:
    """Empties what stands in the instruction of a field: the results of others, which only its own is made of."""
    instructions: list[list[Element] | None] = []  # of each field that is open; `None` where its result has begun
    for part in document.iter():
        kind = part.get(tag("fldCharType"))
        if kind == "begin":
            instructions.append([])
        elif kind and instructions:  # "separate" or "end"
            for shown in instructions.pop() or ():
                _become_text(shown, "")
            instructions += [None] if kind == "separate" else []
        elif part.tag in _SHOWN and (of := [one for one in instructions if one is not None]):
            of[-1].append(part)


def _read_formulas(document: Element) -> None:
    """Puts a line of text into each formula."""
    for formula in [*document.iter(f"{_MATH}oMath")]:
        text = linear(formula)
        formula[:] = [run(note("a formula") if text is None else text)]


def _become_text(part: Element, text: str) -> None:
    part.tag = tag("t")
    part.text = text
    part[:] = []


def _unbox(document: Element) -> None:
    """Gives text boxes, old and new ones, the form in which mammoth reads them behind their paragraph."""
    for part in document.iter():
        if part.tag in _BOXED and _has(part, "txbxContent"):
            # what is there twice, in a new form and in an old one
            shown = part[0] if part.tag == f"{_COMPATIBLE}AlternateContent" else part
            boxes = [*shown.iter(tag("txbxContent"))]
            part[:] = [*boxes, *([_paragraph(note("a picture"))] if _has(shown, "blip") else [])]
            part.tag = tag("pict")


def _has(part: Element, *names: str) -> bool:
    """Whether something of this name is in it, of whatever namespace."""
    return any(inner.tag.rpartition("}")[2] in names for inner in part.iter())


def _margins(parts: dict[str, bytes]) -> Iterator[Element]:
    """What headers and footers say, each text once, without page numbers."""
    said = set()
    for name in sorted(filter(_MARGINS.fullmatch, parts)):
        margin = parsed(parts[name])
        _leave_out_instructions(margin)
        for paragraph in margin.iter(tag("p")):
            text = " ".join(words(paragraph).split())
            if sum(letter.isalpha() for letter in text) > 6 and text not in said:  # more than "Page 1 of 3"
                said.add(text)
                yield _paragraph(text)


def _paragraph(text: str) -> Element:
    made = Element(tag("p"))
    made.append(run(text))
    return made
