"""A PDF as Markdown: a section a page, its lines joined to paragraphs, and sentences kept whole across pages."""

import json
import re
import statistics
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pypdfium2

from ingest.formats.encodings import Unreadable
from ingest.formats.output import NOTES, as_text, note, tidy
from ingest.formats.pdf_columns import column_by_column
from ingest.formats.pdf_page import GOES_ON, UNREADABLE, Line, Row, has_picture, read_rows
from ingest.titles import telling

_BULLET = re.compile(r"[•●▪◦‣■□➢✓–—-][ \t]+")
_ITEM = re.compile(r"(?:- |\d{1,3}[.)] )")
_BOX = re.compile("[\u2610\u2612]")
_ENDED = re.compile(r"[.!?:;…][\"'”’)\]]*$")
_HYPHENS = ("-", "\u2010", "\u00ad", GOES_ON)
_HYPHEN = re.compile(f"([^\\W\\d_]+)([{''.join(_HYPHENS)}])$")
_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")
_FIRST_SENTENCE = re.compile(r".*?[.!?…][\"'”’)\]]*(?=\s|$)", re.DOTALL)
_TITLE_LETTERS = 1.2  # times the height of the others'
_TITLE_LEAST = 4  # letters
_LONGEST_WORD = 80  # letters
_MARGIN = 3  # lines at the top and at the foot of a page that may stand on every one
_FEWEST_PAGES = 3  # with the same line
_LONGEST_HEAD = 200  # characters of a line with the number of its page
_NUMBER = re.compile(r"(?<![0-9])(?<![0-9][.,])[0-9]{1,5}(?![0-9]|[.,][0-9])")
# Nothing, signs alone, or a word for a page: what else is numbered is what the document says.
_BEFORE_PAGE_NUMBER = re.compile(
    r"^$|(?:^|\s)(?:[^\w\s]+|(?:pages?|pp?|pg|seite|s|p[aá]g(?:ina)?|str(?:ana)?|sid[ae])[.:]?)\s?$", re.IGNORECASE
)
_WORDS_OF_WHAT_IS_NUMBERED = 5  # at most: "Room 101", "Invoice no. 101"
_LABEL = re.compile(r"[\w.,:/()–-]{1,20}")
_NO_LETTERS = "its letters cannot be told from their shapes: its font does not say which they are"
_UNREADABLE_PAGE = note("a page whose letters cannot be told from their shapes")

Vocabulary = Counter[str]  # how often a document has a word, in lower case


class _Page(NamedTuple):
    lines: list[Line]
    left_out: str  # a note, or nothing


def pdf_to_markdown(content: bytes) -> str:
    """The text of a PDF: a section a page, paragraphs told apart by the space between their lines."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise Unreadable("it needs a password" if locked else "it is no PDF") from None
    document.init_forms()
    pages: list[_Page] = []
    largest = ""
    for page in document:
        rows = read_rows(document, page)
        largest = largest if pages else _title(rows)
        pages.append(_read(rows, has_picture(page)))
        page.close()
    if not any(page.lines for page in pages):
        unreadable = any(page.left_out == _UNREADABLE_PAGE for page in pages)
        raise Unreadable(_NO_LETTERS if unreadable else "it has no text; is it a scan?")
    title = telling(document.get_metadata_dict().get("Title") or "") or largest
    shown = _without_running_heads([page.lines for page in pages])
    vocabulary = _vocabulary([line.text for lines in shown for line in lines])
    texts = [_paragraphs(lines, vocabulary) for lines in shown]
    _close_sentences(texts, shown)
    sections = [
        f"## Page {_label(document, n)}\n\n{as_text(text)}\n\n{page.left_out}"
        for n, (text, page) in enumerate(zip(texts, pages, strict=True))
    ]
    return tidy("\n\n".join([*([f"# {title}"] if title else []), *sections]))


def _label(document: pypdfium2.PdfDocument, n: int) -> str:
    """The number of a page as printed, where the file says that in so many words, else as counted."""
    label = document.get_page_label(n)
    return label if _LABEL.fullmatch(label) else str(n + 1)


def _read(rows: list[Row], has_picture: bool) -> _Page:
    words = [word.text for row in rows for word in row.words]
    if 3 * words.count(note(UNREADABLE)) > len(words):
        return _Page([], _UNREADABLE_PAGE)
    lines = [row.as_line() for row in column_by_column(rows)]
    picture = note("a picture" if lines else "a page without text, perhaps a scan")
    return _Page(lines, picture if has_picture else "")


def _title(rows: list[Row]) -> str:
    """The words of the first page in the largest letters, where they are clearly larger than most."""
    words = [word for row in rows for word in row.words if not word.is_field]
    heights = sorted(word.top - word.bottom for word in words for _ in word.text)
    if not heights or heights[-1] < _TITLE_LETTERS * heights[len(heights) // 2]:
        return ""
    large = [
        [w.text for w in row.words if w.top - w.bottom > 0.95 * heights[-1] and not w.is_field] for row in rows
    ]
    title = " ".join(next(filter(None, large)))
    says_little = sum(letter.isalpha() for letter in title) < _TITLE_LEAST or NOTES.search(title)
    return "" if says_little else telling(title)


class _Head(NamedTuple):
    """What makes a line of several pages the same one."""

    text: str  # without the number of the page
    bottom: int
    ahead: int | None  # how far that number is ahead of the count of pages; `None` where it has none

    @property
    def says_more_than_a_number(self) -> bool:
        """Whether it has more letters than "Page 3 of 12"."""
        return sum(letter.isalpha() for letter in self.text) > len("Pageof")


def _without_running_heads(pages: list[list[Line]]) -> list[list[Line]]:
    """What stands at the top or foot of half the pages goes to the top of the first one, page numbers nowhere.

    A page that has nothing else keeps its lines.
    """
    margins = [
        {n: _heads(line, page) for n, line in enumerate(lines) if n < _MARGIN or n >= len(lines) - _MARGIN}
        for page, lines in enumerate(pages, start=1)
    ]
    common = Counter(head for margin in margins for head in {head for heads in margin.values() for head in heads})
    # on two pages it is enough that they are numbered from 1
    running = {
        head
        for head, count in common.items()
        if count >= (2 if head.ahead == 0 else _FEWEST_PAGES) and 2 * count >= len(pages)
    }
    said: set[_Head] = set()
    kept = []
    for lines, margin in zip(pages, margins, strict=True):
        heads = {n: head for n, of_line in margin.items() for head in of_line if head in running}
        others = [line for n, line in enumerate(lines) if n not in heads]
        if others:
            new = [lines[n] for n, head in heads.items() if head not in said and head.says_more_than_a_number]
            said |= set(heads.values())
            kept.append([*new, *others])
        else:
            kept.append(lines)
    return kept


def _heads(line: Line, page: int) -> list[_Head]:
    """What of a line may stand on other pages: all of its text, or all but one number that grows with theirs.

    Other figures are what the document says: "Annual fee: 40 euros" is not "Annual fee: 55 euros", nor is "Room
    101" the head of a page and "Room 102" that of the next.
    """
    text, bottom = line.text, round(line.bottom / 4)
    found = []
    for number in _NUMBER.finditer(text) if len(text) <= _LONGEST_HEAD else ():
        before, behind = text[: number.start()], text[number.end() :]
        is_last = line.ends_apart and not behind
        if is_last or _BEFORE_PAGE_NUMBER.search(before) or len(text.split()) > _WORDS_OF_WHAT_IS_NUMBERED:
            found.append(_Head(f"{before}\0{behind}", bottom, int(number[0]) - page))
    return [*found, _Head(text, bottom, None)]


def _vocabulary(lines: list[str]) -> Vocabulary:
    """The words of a document, without those that the end of a line divides."""
    found: Vocabulary = Counter()
    divided = False
    for line in lines:
        words = _WORD.findall(line.lower())
        begins = 1 if divided else 0
        divided = bool(_divided(line))
        found.update(words[begins : len(words) - divided])
    return found


def _paragraphs(lines: list[Line], vocabulary: Vocabulary) -> str:
    """The lines of a page, joined to paragraphs and list items."""
    gaps = [a.bottom - b.bottom for a, b in pairwise(lines) if a.bottom > b.bottom]
    usual = statistics.median_low(gaps) if gaps else 0.0
    text = ""
    for before, line in zip([None, *lines], lines, strict=False):
        item = _BULLET.match(line.text)
        shown = f"- {line.text[item.end() :]}" if item else line.text
        shown = f"- {shown}" if _BOX.match(shown) else shown
        if before is None:
            text = shown
            continue
        gap = before.bottom - line.bottom
        other_letters = abs(line.height - before.last_height) > 0.1 * before.last_height
        apart = gap > 1.3 * usual or (other_letters and not (shown[0].islower() and not _ENDED.search(text[-9:])))
        above = gap <= 0 and _ENDED.search(text[-_LONGEST_WORD:])  # another column, or the foot of the page
        if (hyphen := _divided(text)) and not (apart and gap > 0):
            text = _joined(text, hyphen, shown, vocabulary)
        elif apart or above or before.stands_alone or line.stands_alone:
            text += f"\n\n{shown}"
        elif item or _ITEM.match(shown):
            text += f"\n{shown}"
        else:
            text += f" {shown}"
    return text.replace(GOES_ON, "-")


def _divided(text: str) -> re.Match[str] | None:
    """The word that a text ends within."""
    return _HYPHEN.search(text[-_LONGEST_WORD:]) if text.endswith(_HYPHENS) else None


def _joined(text: str, hyphen: re.Match[str], goes_on: str, vocabulary: Vocabulary) -> str:
    """A text that ends within a word, and the line that goes on with it: the hyphen stays where the word has one.

    That is so where the document writes it so elsewhere, or has both parts as words but not the whole, which is no
    frequent word either; and before a capital letter or anything but a letter.
    """
    rest = _WORD.match(goes_on)
    stem = text[:-1]
    if not rest or not rest[0][0].islower():
        return f"{stem}-{goes_on}" if hyphen[2] in (GOES_ON, "-") else f"{stem}{hyphen[2]}{goes_on}"
    first, second = hyphen[1].lower(), rest[0].lower()
    whole, hyphened = vocabulary[first + second], vocabulary[f"{first}-{second}"]
    both = vocabulary[first] and vocabulary[second]
    keeps = hyphened > whole or (not whole and both and first + second not in _frequent_words())
    return f"{stem}{'-' if keeps else ''}{goes_on}"


@cache
def _frequent_words() -> frozenset[str]:
    """The 30,000 most frequent words and parts of words in English, which the embedded model is read with."""
    tokenizer = json.loads(Path(__file__).parents[1].joinpath("minilm_tokenizer.json").read_text(encoding="utf-8"))
    return frozenset(tokenizer["model"]["vocab"])


def _close_sentences(texts: list[str], pages: list[list[Line]]) -> None:
    """Moves the end of a sentence that goes over to the next page to where it begins."""
    for n in range(len(texts) - 1):
        text, goes_on = texts[n], texts[n + 1]
        if not text or not goes_on or _ENDED.search(text):
            continue
        if not goes_on[0].islower() and not _fills_its_line(pages[n], pages[n + 1]):
            continue
        first, between, others = goes_on.partition("\n")
        end = _FIRST_SENTENCE.match(first)
        rest = first[end.end() :].lstrip() if end else ""
        texts[n] = f"{text} {end[0] if end else first}"
        texts[n + 1] = f"{rest}{between}{others}".strip()


def _fills_its_line(lines: list[Line], following: list[Line]) -> bool:
    """Whether the last line of a page ends where only the border ends it, and the next page goes on alike."""
    last, first = lines[-1], following[0]
    border = max(line.right for line in lines)
    alike = abs(last.last_height - first.height) < 0.1 * first.height
    return len(lines) > 2 and alike and last.right > 0.9 * border and not _ITEM.match(first.text)
