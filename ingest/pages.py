"""The pages of a PDF: each is a section of its text, below a heading with its number as printed."""

import re
from bisect import bisect_right
from functools import lru_cache

from ingest.comments import comments
from ingest.sources import Source

_HEADING = re.compile(r"^## Page ", re.MULTILINE)
_UNREAD = "a page"  # so begins the note on one (see `formats/pdf.py`)
_SECTION = re.compile(r"Page (\S+)(?: > |$)")


def has_pages(source: str) -> bool:
    """Whether the document `source` is a PDF."""
    return source.lower().endswith(".pdf")


def page_of(source: str, section: str) -> str:
    """The page that a section of the document `source` is on, as printed; empty for what has no pages."""
    page = _SECTION.match(section) if has_pages(source) else None
    return page[1] if page else ""


def page_number_at(source: Source, offset: int) -> int:
    """The page of a PDF that an offset of its text is on, as viewers count them: from 1."""
    return max(bisect_right(_page_starts(source), offset), 1)


def page_count(source: Source) -> int:
    """How many pages a PDF has that text was read from; 0 of what has no pages."""
    return len(_page_starts(source)) if has_pages(source.name) else 0


def unread_pages(source: Source) -> list[str]:
    """The pages of a PDF, as printed, of which no text could be read."""
    pages = _HEADING.split(source.text)[1:] if has_pages(source.name) else []
    return [
        page.partition("\n")[0]
        for page in pages
        if any(one.note and one.note.startswith(_UNREAD) for one in comments(page))
    ]


@lru_cache(maxsize=8)
def _page_starts(source: Source) -> list[int]:
    return [page.start() for page in _HEADING.finditer(source.text)]
