"""A PDF as Markdown: a section a page, its lines joined to paragraphs, and sentences kept whole across pages."""

import re
import statistics
from itertools import groupby, pairwise, takewhile
from typing import NamedTuple

import pypdfium2

from ingest.formats.encodings import Unreadable
from ingest.formats.output import NOTES, as_text, note, tidy
from ingest.formats.pdf_columns import column_by_column
from ingest.formats.pdf_dehyphenation import Vocabulary, divided, joined, vocabulary_of
from ingest.formats.pdf_page import GOES_ON, UNREADABLE, Line, Row, has_picture, read_rows
from ingest.formats.pdf_running_heads import without_running_heads
from ingest.sentences import ENDED, sentence_spans
from ingest.titles import telling

_BULLET = re.compile(r"[•●▪◦‣■□➢✓–—-][ \t]+")
_ITEM = re.compile(r"(?:- |\d{1,3}[.)] )")
_BOX = re.compile("[\u2610\u2612]")
# Words and signs that end no sentence, behind three words at least.
_CUT_OFF = re.compile(
    r"(?: \S+){2}(?:,| (?:and|are|as|at|because|by|for|from|if|in|is|of|or|than|that|the|to|was|were|which|with))$"
)
_TITLE_LETTERS = 1.2  # times the height of the others'
_TITLE_LEAST = 4  # letters
_END = 80  # characters that show how a text ends
_SENTENCE = 1_000  # characters, within which its beginning is looked for
_SMALL_PRINT = 0.93  # of the height of most letters
_WORDS_BELOW_A_PICTURE = 4  # at least; an index of a formula has fewer
_TO_NEXT_COLUMN = 5  # lines that it begins above the foot of the last one, at least
_FIGURES = re.compile(r"\d+")
_LABEL = re.compile(r"[\w.,:/()–-]{1,20}")
_NO_LETTERS = "its letters cannot be told from their shapes: its font does not say which they are"
_REST = note("the rest of a sentence")
_UNREADABLE_PAGE = note("a page whose letters cannot be told from their shapes")


class _Page(NamedTuple):
    lines: list[Line]
    left_out: str  # a note, or nothing


class _Text(NamedTuple):
    """The paragraphs of a page."""

    lines: list[Line]  # of its running text
    head: list[str]
    running: list[str]
    small: list[str]  # footnotes and the like, over which a sentence may go on


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
    shown = without_running_heads([page.lines for page in pages])
    vocabulary = vocabulary_of([line.text for lines in shown for line in lines])
    texts = _without_heads([_text(lines, vocabulary) for lines in shown])
    _close_sentences(texts, vocabulary)
    sections = []
    for n, (text, page) in enumerate(zip(texts, pages, strict=True)):
        paragraphs = [
            f"{one} {_REST}" if _CUT_OFF.search(one[-_END:]) else one
            for one in (*text.head, *text.running, *text.small)
        ]
        shown_text = as_text("\n\n".join(paragraphs))
        sections.append(f"## Page {_label(document, n)}\n\n{shown_text}\n\n{page.left_out}")
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
    heights = sorted(word.height for word in words for _ in word.text)
    if not heights or heights[-1] < _TITLE_LETTERS * heights[len(heights) // 2]:
        return ""
    large = [[w.text for w in row.words if w.height > 0.95 * heights[-1] and not w.is_field] for row in rows]
    title = " ".join(next(filter(None, large)))
    says_little = sum(letter.isalpha() for letter in title) < _TITLE_LEAST or NOTES.search(title)
    return "" if says_little else telling(title)


def _text(lines: list[Line], vocabulary: Vocabulary) -> _Text:
    """The paragraphs of a page, with small print at the foot of its columns behind the others."""
    most = statistics.median_low([line.usual_height for line in lines for _ in line.text] or [0.0])
    running: list[Line] = []
    small: list[Line] = []
    by_size = groupby(lines, lambda line: line.usual_height < _SMALL_PRINT * most)
    parts = [(is_small, list(part)) for is_small, part in by_size]
    for (is_small, part), (_, following) in pairwise([*parts, (False, [])]):
        at_foot = not following or following[0].bottom > part[-1].bottom + _TO_NEXT_COLUMN * most
        is_apart = running and is_small and (at_foot or _interrupts(running[-1], part, following))
        (small if is_apart else running).extend(part)
    return _Text(running, [], _paragraphs(running, vocabulary), _paragraphs(small, vocabulary))


def _interrupts(before: Line, part: list[Line], following: list[Line]) -> bool:
    """Whether a sentence goes on behind these lines of small print, as behind what stands below a picture."""
    in_sentence = not ENDED.search(before.text[-_END:]) and following[0].text[0].islower()
    return in_sentence and sum(len(line.text.split()) for line in part) >= _WORDS_BELOW_A_PICTURE


def _paragraphs(lines: list[Line], vocabulary: Vocabulary) -> list[str]:
    """Lines joined to paragraphs and list items."""
    gaps = [a.bottom - b.bottom for a, b in pairwise(lines) if a.bottom > b.bottom]
    usual = statistics.median_low(gaps) if gaps else 0.0
    paragraphs: list[str] = []
    for before, line in zip([None, *lines], lines, strict=False):
        item = _BULLET.match(line.text)
        shown = f"- {line.text[item.end() :]}" if item else line.text
        shown = f"- {shown}" if _BOX.match(shown) else shown
        if before is None:
            paragraphs.append(shown)
            continue
        text = paragraphs[-1]
        gap = before.bottom - line.bottom
        other_letters = abs(line.height - before.last_height) > 0.1 * before.last_height
        goes_on = shown[0].islower() and not ENDED.search(text[-_END:])
        is_far = gap > 1.3 * usual and not (goes_on and _CUT_OFF.search(text[-_END:]))
        apart = is_far or (other_letters and not goes_on)
        above = gap <= 0 and ENDED.search(text[-_END:])  # another column, or the foot of the page
        if (hyphen := divided(text)) and not (apart and gap > 0):
            paragraphs[-1] = joined(text, hyphen, shown, vocabulary)
        elif apart or above or before.stands_alone or line.stands_alone:
            paragraphs.append(shown)
        elif item or _ITEM.match(shown):
            paragraphs[-1] += f"\n{shown}"
        else:
            paragraphs[-1] += f" {shown}"
    return [paragraph.replace(GOES_ON, "-") for paragraph in paragraphs]


def _without_heads(pages: list[_Text]) -> list[_Text]:
    """Sets apart what a page and its neighbour begin or end with: heads, on too few pages to leave them out."""
    apart = []
    for before, page, behind in zip([None, *pages], pages, [*pages[1:], None], strict=False):
        paragraphs, beside = page.running, [other.running for other in (before, behind) if other]
        top = max((_alike(paragraphs, others) for others in beside), default=0)
        foot = max((_alike(paragraphs[top:][::-1], others[::-1]) for others in beside), default=0)
        lines, end = page.lines[top : len(page.lines) - foot], len(paragraphs) - foot
        apart.append(_Text(lines, paragraphs[:top], paragraphs[top:end], [*paragraphs[end:], *page.small]))
    return apart


def _alike(paragraphs: list[str], others: list[str]) -> int:
    """How many paragraphs the first of which are alike, but for their figures."""
    pairs = zip(paragraphs, others, strict=False)
    return sum(1 for _ in takewhile(lambda pair: _FIGURES.sub("", pair[0]) == _FIGURES.sub("", pair[1]), pairs))


def _close_sentences(pages: list[_Text], vocabulary: Vocabulary) -> None:
    """Moves the end of a sentence that goes over to the next page to where it begins."""
    begun = pages[0]
    for page, following in pairwise(pages):
        begun = page if page.running else begun
        if not begun.running or not following.running:
            continue
        text, goes_on = begun.running[-1], following.running[0]
        hyphen = divided(text)
        fits = hyphen or goes_on[0].islower() or _fills_its_line(page.lines or begun.lines, following.lines)
        ended = ENDED.search(text[-_END:]) and not (text.endswith((";", ":")) and goes_on[0].islower())
        if ended or _ITEM.match(goes_on) or not fits:
            continue
        first, between, others = goes_on.partition("\n")
        whole = joined(text, hyphen, first, vocabulary) if hyphen else f"{text} {first}"
        border = len(whole) - len(first)
        sentences = sentence_spans(whole, max(border - _SENTENCE, 0))
        end = next((sentence.end for sentence in sentences if sentence.end > border), len(whole))
        begun.running[-1] = whole[:end]
        rest = f"{whole[end:].lstrip()}{between}{others}".strip()
        following.running[:1] = [rest] if rest else []


def _fills_its_line(lines: list[Line], following: list[Line]) -> bool:
    """Whether the last line of a page ends where only the border ends it, and the next page goes on alike."""
    last, first = lines[-1], following[0]
    border = max(line.right for line in lines)
    alike = abs(last.last_height - first.height) < 0.1 * first.height
    return len(lines) > 2 and alike and last.right > 0.9 * border
