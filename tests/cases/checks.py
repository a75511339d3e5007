"""Hard documents and what has to come out of them: reads `cases.jsonl`, and judges a check as README.md says."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bs4 import BeautifulSoup
from markdown_it import MarkdownIt

from assistant.answers import Answer
from assistant.prompts import ENGLISH_ONLY
from ingest.embeddings import MiniLM
from ingest.errors import SourceError
from ingest.formats.sandbox import Converter
from ingest.settings import IngestSettings
from ingest.sources import read_source
from tests.made import assistant_over

FOLDER = Path(__file__).parent
JUDGED_BY_TEXT = ("whole", "absent", "row")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_MARKS = re.compile(r"^[ \t]*(?:#{1,6}|[-*+•>])[ \t]+|\*\*|__(?=\w)|(?<=\w)__|\|", re.MULTILINE)

Row = tuple[list[str], list[str]]  # the names of the columns, and the cells


@dataclass(frozen=True)
class Check:
    """One check of a case: what it asks for stands in `fields`."""

    case: str
    kind: str
    fields: dict[str, Any]

    @property
    def asks(self) -> str:
        """The text, row or question."""
        return str(self.fields[self.kind])

    def __str__(self) -> str:
        return f"{self.case}-{self.kind}-{self.asks}"


@dataclass(frozen=True)
class Case:
    """A few documents with their checks."""

    name: str
    files: list[Path]
    checks: list[Check]


Judged = tuple[Check, bool]  # and whether it holds


def cases(file: Path = FOLDER / "cases.jsonl") -> list[Case]:
    """The cases of a file, whose documents stand beside it."""
    found = []
    for line in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
        checks = [Check(line["case"], next(iter(fields)), fields) for fields in line["checks"]]
        found.append(Case(line["case"], [file.parent / name for name in line["files"]], checks))
    return found


def judged_texts(*of: Case) -> Iterator[Judged]:
    """Whether the checks of kind whole, absent and row hold for what the documents are read as."""
    with Converter() as converter:
        for case in of:
            texts = [_text_of(file, converter) for file in case.files]
            for check in case.checks:
                if check.kind in JUDGED_BY_TEXT:
                    yield check, _holds_in_texts(check, texts)


def _text_of(file: Path, converter: Converter) -> str:
    try:
        source = read_source(file, converter)
        return source.text[source.body_start :]
    except SourceError:
        return ""


def _holds_in_texts(check: Check, texts: list[str]) -> bool:
    if check.kind == "row":
        wanted, head = ([plain(cell) for cell in check.fields[key]] for key in ("row", "head"))
        return any(_in_row(wanted, head, row) for text in texts for row in rows(text))
    found = any(plain(check.fields[check.kind]) in plain(text) for text in texts)
    return found if check.kind == "whole" else not found


def judged_answers(case: Case, model: MiniLM) -> list[Judged]:
    """Whether the checks of kind ask and refuse hold for what is answered from a case's documents."""
    asked = [check for check in case.checks if check.kind in ("ask", "refuse")]
    with TemporaryDirectory() as folder:
        settings = IngestSettings(index=Path(folder) / "index")
        try:
            assistant = assistant_over(settings, *case.files, embeddings=model)
        except SourceError:  # nothing can be read, so nothing is answered
            return [(check, check.kind == "refuse") for check in asked]
        return [(check, _holds_in_answer(check, assistant.chain.invoke(check.asks))) for check in asked]


def _holds_in_answer(check: Check, answer: Answer) -> bool:
    not_english = any(notice.startswith(ENGLISH_ONLY[:40]) for notice in answer.notices)
    if check.kind == "refuse" or not_english:  # without a chat model what is not English may be refused
        return not answer.answered
    quotes = " ".join(plain(citation.quote) for citation in answer.citations)
    given = f"{answer.text} {' '.join(citation.quote for citation in answer.citations)}"
    unwanted = (text in given or (plain(text) and plain(text) in plain(given)) for text in check.fields["not"])
    return answer.answered and all(plain(text) in quotes for text in check.fields["quotes"]) and not any(unwanted)


def plain(text: str) -> str:
    """A text without marks, every run of white space one blank; a comment is the hole that it stands for."""
    return " ".join(_MARKS.sub(" ", _COMMENT.sub(" \ufffc ", text)).split())


def _in_row(wanted: list[str], head: list[str], row: Row) -> bool:
    names, cells = row
    if not head:
        return wanted == cells[: len(wanted)] or wanted == cells
    return all(
        any(name == column and cell == there for column, there in zip(names, cells, strict=False))
        for name, cell in zip(head, wanted, strict=True)
    )


def rows(text: str) -> Iterator[Row]:
    """The rows of every table of a text, the head included."""
    html = MarkdownIt("commonmark").enable("table").render(text)
    for table in BeautifulSoup(html, "html.parser").find_all("table"):
        grid = [[plain(cell.get_text(" ")) for cell in row.find_all(["td", "th"])] for row in table.find_all("tr")]
        yield from ((grid[0], cells) for cells in grid)
