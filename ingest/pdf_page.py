"""A page of a PDF as lines of words with their places, in the order in which PDFium reads them.

What was filled in stands in the line of its field. Lengths are in points, from the bottom left corner.
"""

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2
from pypdfium2 import raw

from ingest.markdown import note

GOES_ON = "\ufffe"  # in place of a hyphen at the end of a line
UNREADABLE = "letters that cannot be told from their shapes"
_TEXT_FIELDS = (raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX)
_BOXES = (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON)
_LONGEST_VALUE = 100_000  # bytes
_NO_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufdd0\ufdd1\uffff]")


@dataclass(frozen=True)
class Word:
    """Letters without a blank between them, or what stands in a field of a form."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    is_field: bool = False


@dataclass
class Line:
    """Words side by side, at least one."""

    words: list[Word]

    @property
    def text(self) -> str:
        """The words with blanks between them."""
        return " ".join(word.text for word in self.words)

    @property
    def bottom(self) -> float:
        """Where it stands."""
        return self.words[0].bottom

    @property
    def height(self) -> float:
        """That of its letters; of fields there is none."""
        word = next((word for word in self.words if not word.is_field), self.words[0])
        return word.top - word.bottom


def read_lines(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage) -> list[Line]:
    """The lines of a page, with notes in place of what no text can be made of."""
    text_page = page.get_textpage()
    whole = text_page.get_text_range(errors="replace")
    # an index of its text that leaves out what is no character, as an index of its characters
    at = _indices(text_page, whole)
    lines = []
    for raw_line in re.finditer(f"[^\r\n{GOES_ON}]+{GOES_ON}?", whole):
        words = [
            _word(
                text_page, found[0], at(raw_line.start() + found.start()), at(raw_line.start() + found.end() - 1)
            )
            for found in re.finditer(r"\S+", raw_line[0])
        ]
        if words:
            lines.append(Line(words))
    for field in _fields(document, page):
        _fill_in(lines, field)
    return lines


def _indices(text_page: pypdfium2.PdfTextPage, whole: str) -> Any:
    last = max(text_page.count_chars() - 1, 0)
    if text_page.count_chars() == len(whole):
        return lambda index: min(index, last)
    return lambda index: min(max(raw.FPDFText_GetCharIndexFromTextIndex(text_page, index), 0), last)


def _word(text_page: pypdfium2.PdfTextPage, text: str, first: int, last: int) -> Word:
    left, bottom, _, top = text_page.get_charbox(first, loose=True)
    right = text_page.get_charbox(last, loose=True)[2]
    readable = raw.FPDFText_HasUnicodeMapError(text_page, first) != 1
    shown = _NO_CHARACTER.sub("", text) if readable else note(UNREADABLE)
    return Word(shown, left, max(right, left), bottom, top)


def _fields(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage) -> Iterator[Word]:
    """What was filled in or typed onto a page, ticks and empty fields as well."""
    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        shown = _shown(document, annotation)
        if shown and not raw.FPDFAnnot_GetFlags(annotation) & (
            raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW
        ):
            place = raw.FS_RECTF()
            raw.FPDFAnnot_GetRect(annotation, place)
            yield Word(shown, place.left, place.right, place.bottom, place.top, is_field=True)
        raw.FPDFPage_CloseAnnot(annotation)


def _shown(document: pypdfium2.PdfDocument, annotation: Any) -> str:
    if raw.FPDFAnnot_GetSubtype(annotation) == raw.FPDF_ANNOT_FREETEXT:
        return _string(lambda *into: raw.FPDFAnnot_GetStringValue(annotation, b"Contents", *into))
    form = document.formenv
    if form is None or raw.FPDFAnnot_GetSubtype(annotation) != raw.FPDF_ANNOT_WIDGET:
        return ""
    kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
    if kind in _BOXES:
        return "\u2612" if raw.FPDFAnnot_IsChecked(form, annotation) else "\u2610"
    if kind not in _TEXT_FIELDS:
        return ""
    filled = _string(lambda *into: raw.FPDFAnnot_GetFormFieldValue(form, annotation, *into))
    return filled or note("an empty field")


def _string(read: Any) -> str:
    """A text that PDFium gives in UTF-16 with a zero at its end."""
    length = min(read(None, 0), _LONGEST_VALUE)
    buffer = (ctypes.c_ushort * (length // 2 + 1))()
    read(buffer, length)
    text = bytes(buffer)[:length].decode("utf-16-le", errors="replace").rstrip("\0")
    return " ".join(_NO_CHARACTER.sub("", text).split())


def _fill_in(lines: list[Line], field: Word) -> None:
    """Puts a field into the line that it stands in, else behind the nearest one above it."""
    middle = (field.bottom + field.top) / 2
    beside = [line for line in lines if any(word.bottom <= middle <= word.top for word in line.words)]
    if beside:
        line = min(beside, key=lambda line: min(abs(field.left - word.right) for word in line.words))
        line.words = sorted([*line.words, field], key=lambda word: (word.left, word.is_field))
        return
    above = [n for n, line in enumerate(lines) if line.bottom > middle]
    nearest = min(above, key=lambda n: lines[n].bottom, default=-1)
    lines.insert(nearest + 1, Line([field]))
