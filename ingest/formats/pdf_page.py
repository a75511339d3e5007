"""A page of a PDF as rows of words with their places, in the order in which PDFium reads them.

What was filled in stands in the row of its field. Lengths are in points, from the bottom left corner.
"""

import ctypes
import math
import re
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import pypdfium2
from pypdfium2 import raw

from ingest.formats.output import RAISED, note

GOES_ON = "\ufffe"  # in place of a hyphen at the end of a line
UNREADABLE = "letters that cannot be told from their shapes"
_TEXT_FIELDS = (raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX)
_BOXES = (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON)
_LONGEST_VALUE = 100_000  # bytes
_SMALL = 0.02  # of a page: a logo, a line
_TURNED = 0.1  # sine of an angle
_BLANK = 0.7  # of the height of the letters, at most
_TOUCHING = 0.1  # likewise
_LOWER = 0.3
_SMALLER = 0.9
_RAISED = str.maketrans(RAISED)
_READ = re.compile(r"^\w|\w[.,;:!?'\"’”)\]]*$")  # not a sign of a formula, which may be of any height
_LIGATURES = ("ff", "fi", "fl")
_LINE = re.compile(f"[^\r\n{GOES_ON}]+{GOES_ON}?")
_WORD = re.compile(r"\S+")
_NO_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufdd0-\ufdd2\uffff]")


class Line(NamedTuple):
    """The words of a row with blanks between them, and where it stands."""

    text: str
    right: float
    bottom: float
    height: float  # of its first letters
    last_height: float
    usual_height: float
    stands_alone: bool  # a row of a table, or a field with what it asks for, "Name: Jane"
    ends_apart: bool  # its last word stands far from the others, as the number of a page may


class Word(NamedTuple):
    """Letters without a blank between them, or what stands in a field of a form."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    is_field: bool = False

    @property
    def height(self) -> float:
        """That of its line, as its font says."""
        return self.top - self.bottom


@dataclass
class Row:
    """Words side by side, at least one."""

    words: list[Word]
    of_table: bool = False

    @property
    def bottom(self) -> float:
        """Where it stands."""
        return self.words[0].bottom

    @property
    def height(self) -> float:
        """That of its first letters, where they are not all in fields."""
        return _height(self.words)

    def as_line(self) -> Line:
        """What is kept of it when the page is read."""
        labelled = any(b.is_field and a.text.endswith((":", "?")) for a, b in pairwise(self.words))
        last_gap = self.words[-1].left - self.words[-2].right if len(self.words) > 1 else 0.0
        return Line(
            text=" ".join(word.text for word in self.words),
            right=self.words[-1].right,
            bottom=self.bottom,
            height=self.height,
            last_height=_height(self.words[::-1]),
            usual_height=statistics.median_low(word.height for word in self.words),
            stands_alone=self.of_table or labelled,
            ends_apart=last_gap > self.height,
        )


def _height(words: list[Word]) -> float:
    return next((word for word in words if not word.is_field), words[0]).height


def read_rows(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage) -> list[Row]:
    """The rows of a page, with notes in place of what no text can be made of."""
    text_page = page.get_textpage()
    whole = text_page.get_text_range(errors="replace")
    word_at = _Words(text_page, whole)
    rows: list[Row] = []
    turned: list[Row] = []
    for line in _LINE.finditer(whole):
        words = [word_at(*found.span()) for found in _WORD.finditer(whole, *line.span())]
        for part in _lines([word for word in words if word.text]):
            _add(part, turned if word_at.is_turned(*line.span()) else rows)
    for field in _fields(document, page):
        _fill_in(rows, field)
    return rows + turned  # what runs up the border of a page would stand amid a sentence


def _lines(words: list[Word]) -> Iterator[list[Word]]:
    """The lines that PDFium takes for one, as it may the last of a text and the first of its footnotes."""
    start = 0
    for n, (a, b) in enumerate(pairwise(words), start=1):
        if b.left < a.left and b.bottom < a.bottom - _LOWER * a.height:
            yield words[start:n]
            start = n
    if words:
        yield words[start:]


def _add(words: list[Word], rows: list[Row]) -> None:
    """Puts words into a row below the others, or into the last one, which PDFium ends before raised letters."""
    goes_on = bool(rows) and _is_beside(words[0], rows[-1].words[-1])
    if not goes_on:
        rows.append(Row([words[0]]))
    row = rows[-1].words
    for n, word in enumerate(words if goes_on else words[1:]):
        last, shown = row[-1], _raised(word, row[-1])
        touches = word.left - last.right < _TOUCHING * last.height
        if touches and (shown is not word or (goes_on and n == 0)):
            row[-1] = last._replace(text=last.text + shown.text, right=word.right)
            continue
        if len(row) == 1:  # the number before a footnote
            row[0] = _raised(last, word)
        row.append(shown)


def _is_beside(word: Word, other: Word) -> bool:
    """Whether a word stands right behind another in its line."""
    overlap = min(word.top, other.top) - max(word.bottom, other.bottom)
    is_behind = -_TOUCHING < (word.left - other.right) / max(other.height, 1.0) < _BLANK
    return is_behind and overlap > min(word.height, other.height) / 2


def _raised(word: Word, beside: Word) -> Word:
    """The number of a footnote or a power as such."""
    above = (word.bottom - beside.bottom) / max(beside.height, 1.0)
    is_raised = above > _TOUCHING and word.height < _SMALLER * beside.height and _READ.search(beside.text)
    return word._replace(text=word.text.translate(_RAISED)) if is_raised and word.text.isdecimal() else word


class _Words:
    """The words of a page by their places in its text. Called for each, so with PDFium's own functions."""

    def __init__(self, text_page: pypdfium2.PdfTextPage, text: str) -> None:
        self._page = text_page.raw
        self._text = text
        self._last: int = max(text_page.count_chars() - 1, 0)
        # PDFium's text leaves out what is no character, its places of characters do not
        self._alike = self._last + 1 == len(text)
        self._place = raw.FS_RECTF()

    def __call__(self, start: int, end: int) -> Word:
        first, last = self._character(start), self._character(end - 1)
        text = self._text[start:end]
        if raw.FPDFText_HasUnicodeMapError(self._page, self._index(start)) == 1:
            text = note(UNREADABLE)
        elif not text.isprintable():
            text = _NO_CHARACTER.sub("", text)
        upright = last if text.startswith(_LIGATURES) else first  # PDFium does not know how high these are
        word = Word(text, first.left, max(last.right, first.left), upright.bottom, upright.top)
        return word if last.height > _SMALLER * first.height else self._with_raised(word, start, end)

    def _with_raised(self, word: Word, start: int, end: int) -> Word:
        """The word `text[start:end]`, the last figures of which may be raised: "m2"."""
        at = end
        while at > start + 1 and self._text[at - 1].isdecimal():
            if self._character(at - 1).height > _SMALLER * word.height:
                break
            at -= 1
        if at == end or len(word.text) != end - start:
            return word
        figures = self._character(at)._replace(text=self._text[at:end])
        beside = self._character(at - 1)._replace(text=self._text[start:at])
        return word._replace(text=beside.text + _raised(figures, beside).text)

    def _character(self, at: int) -> Word:
        raw.FPDFText_GetLooseCharBox(self._page, self._index(at), self._place)
        place = self._place
        return Word(self._text[at], place.left, place.right, place.bottom, place.top)

    def is_turned(self, start: int, end: int) -> bool:
        """Whether a line does not run from left to right."""
        angle = raw.FPDFText_GetCharAngle(self._page, self._index((start + end) // 2))
        return bool(abs(math.sin(angle)) > _TURNED)

    def _index(self, at: int) -> int:
        found = at if self._alike else int(raw.FPDFText_GetCharIndexFromTextIndex(self._page, at))
        return min(max(found, 0), self._last)


def has_picture(page: pypdfium2.PdfPage) -> bool:
    """Whether a part of the page that one would not overlook is a picture."""
    width, height = page.get_size()
    for picture in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = picture.get_bounds()
        if (right - left) * (top - bottom) > _SMALL * width * height:
            return True
    return False


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
    options = range(max(raw.FPDFAnnot_GetOptionCount(form, annotation), 0))  # of a choice, else there are none
    chosen = [number for number in options if raw.FPDFAnnot_IsOptionSelected(form, annotation, number)]
    if chosen:  # its value may be a code that nobody sees
        labels = (partial(raw.FPDFAnnot_GetOptionLabel, form, annotation, number) for number in chosen)
        return ", ".join(_string(label) for label in labels)
    filled = _string(lambda *into: raw.FPDFAnnot_GetFormFieldValue(form, annotation, *into))
    return filled or note("an empty field")


def _string(read: Any) -> str:
    """A text that PDFium gives in UTF-16 with a zero at its end."""
    length = min(read(None, 0), _LONGEST_VALUE)
    buffer = (ctypes.c_ushort * (length // 2 + 1))()
    read(buffer, length)
    text = bytes(buffer)[:length].decode("utf-16-le", errors="replace").rstrip("\0")
    return " ".join(_NO_CHARACTER.sub("", text).split())


def _fill_in(rows: list[Row], field: Word) -> None:
    """Puts a field into the row that it stands in, else behind the nearest one above it."""
    middle = (field.bottom + field.top) / 2
    beside = [row for row in rows if any(word.bottom <= middle <= word.top for word in row.words)]
    if beside:
        row = min(beside, key=lambda row: min(abs(field.left - word.right) for word in row.words))
        row.words = sorted([*row.words, field], key=lambda word: (word.left, word.is_field))
        return
    above = [n for n, row in enumerate(rows) if row.bottom > middle]
    nearest = min(above, key=lambda n: rows[n].bottom, default=-1)
    rows.insert(nearest + 1, Row([field]))
