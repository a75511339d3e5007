"""Running heads of a PDF: lines of its margins that say the same on half of the pages, but for their numbers."""

import re
from collections import Counter
from itertools import chain, pairwise
from typing import NamedTuple

from ingest.formats.pdf_page import Line
from ingest.sentences import ENDED

_MARGIN = 3  # lines at the top and at the foot of a page that may stand on every one
_FEWEST_PAGES = 3  # with the same line
_LONGEST_HEAD = 200  # characters of a line with the number of its page
_NUMBER = re.compile(r"(?<![0-9])(?<![0-9][.,])[0-9]{1,5}(?![0-9]|[.,][0-9])")
# Nothing, signs alone, or a word for a page: what else is numbered is what the document says.
_BEFORE_PAGE_NUMBER = re.compile(
    r"^$|(?:^|\s)(?:[^\w\s$€£¥#]+|(?:pages?|pp?|pg|seite|s|p[aá]g(?:ina)?|str(?:ana)?|sid[ae])[.:]?)\s?$",
    re.IGNORECASE,
)
_WORDS_OF_WHAT_IS_NUMBERED = 5  # at most: "Room 101", "Invoice no. 101"
_FAR = 1.6  # times the height of its letters from a line to the next that is none of its paragraph


class _Head(NamedTuple):
    """What makes a line of several pages the same one."""

    text: str  # without the number of the page
    bottom: int
    ahead: int | None  # how far that number is ahead of the count of pages; `None` where it has none

    @property
    def says_more_than_a_number(self) -> bool:
        """Whether it has more letters than "Page 3 of 12"."""
        return sum(letter.isalpha() for letter in self.text) > len("Pageof")


def without_running_heads(pages: list[list[Line]]) -> list[list[Line]]:
    """What stands at the top or foot of half the pages goes to the top of the first one, page numbers nowhere.

    A page that has nothing else keeps its lines.
    """
    margins = [
        {
            n: _heads(line, page, _stands_apart(lines, n))
            for n, line in enumerate(lines)
            if n < _MARGIN or n >= len(lines) - _MARGIN
        }
        for page, lines in enumerate(pages, start=1)
    ]
    common = Counter(head for margin in margins for head in set(chain.from_iterable(margin.values())))
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


def _stands_apart(lines: list[Line], n: int) -> bool:
    """Whether a line in the margin has a gap, or other letters, between it and the text."""
    from_top = lines[n : _MARGIN + 1]
    from_foot = lines[max(len(lines) - _MARGIN - 1, 0) : n + 1]
    return any(
        abs(a.bottom - b.bottom) > _FAR * a.height or abs(a.height - b.height) > 0.1 * a.height
        for a, b in chain(pairwise(from_top), pairwise(from_foot))
    )


def _heads(line: Line, page: int, stands_apart: bool) -> list[_Head]:
    """What of a line may stand on other pages: all of its text, or all but one number that grows with theirs.

    Other figures are what the document says: "Annual fee: 40 euros" is not "Annual fee: 55 euros", nor is "Room
    101" the head of a page and "Room 102" that of the next, nor a sentence on 2019 one on 2020.
    """
    text, bottom = line.text, round(line.bottom / 4)
    is_long = len(text.split()) > _WORDS_OF_WHAT_IS_NUMBERED
    is_sentence = is_long and ENDED.search(text)
    found = []
    for number in _NUMBER.finditer(text) if len(text) <= _LONGEST_HEAD else ():
        before, behind = text[: number.start()], text[number.end() :]
        is_last = line.ends_apart and not behind
        is_of_page = _BEFORE_PAGE_NUMBER.search(before) and not behind.startswith((".", ")"))
        if is_last or (not is_sentence and (is_of_page or (is_long and stands_apart))):
            found.append(_Head(f"{before}\0{behind}", bottom, int(number[0]) - page))
    return [*found, _Head(text, bottom, None)]
