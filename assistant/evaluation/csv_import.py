"""Question sets from a spreadsheet: a CSV file with the columns `question` and `answer quote`."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from assistant.evaluation.questions import Corpus, Finding, QuestionItem, QuestionSet, checked, read_text
from ingest.errors import UserError

_DELIMITERS = ",;\t"  # what spreadsheets write, by country
_COLUMNS = ("question", "answer quote")


def is_csv(path: Path) -> bool:
    """Whether a file is taken for a CSV: by the end of its name."""
    return path.suffix.casefold() == ".csv"


def import_csv(path: Path, corpus: Corpus) -> QuestionSet:
    """The questions of a CSV file, whose quotes all stand in the corpus.

    Raises `UserError` with file and line for a row that cannot be read or a quote that is not found.
    """
    found = read_csv(path)
    misses = [
        Finding(line, corpus.explain_miss(quote))
        for line, item in found.items.items()
        for quote in item.evidence
        if not corpus.find(quote)
    ]
    return checked(path, QuestionSet(found.items, found.findings + misses))


def read_csv(path: Path) -> QuestionSet:
    """The questions of a CSV file; a row without a quote is a question that the corpus does not answer.

    The first row names the columns, in any order; others are ignored. Names may differ in case, and have `_` or
    `-` for a space. A question's id is its row in the spreadsheet. It has no facts: what an answer has to say is
    not known, only where it stands. Raises `UserError` where a column is missing.
    """
    text = read_text(path)
    rows = _rows(text, _delimiter(text))
    header = next(rows, _Row(1, 1, [])).cells
    names = [_name(cell) for cell in header]
    if missing := [column for column in _COLUMNS if column not in names]:
        raise UserError(f"{path}:1: the column {missing[0]!r} is missing. Name it in the first row.")
    question, quote = (names.index(column) for column in _COLUMNS)
    found = QuestionSet()
    if ignored := [name for at, name in enumerate(header) if name and at not in (question, quote)]:
        message = f"not used: the columns {', '.join(ignored)}. Only {' and '.join(_COLUMNS)} are."
        found.findings.append(Finding(1, message, error=False))
    for row in rows:
        if row.error or len(row.cells) < len(header) or any(row.cells[len(header) :]):
            wrong = row.error or f"{len(row.cells)} cells, not {len(header)} as in the first row"
            message = f"the row cannot be read ({wrong}). Put each text in double quotes, and double those inside."
            found.findings.append(Finding(row.line, message))
            continue
        asked, evidence = row.cells[question], row.cells[quote]
        found.items[row.line] = QuestionItem(
            id=f"row-{row.number}",
            question=asked,
            answerable=bool(evidence),
            evidence=(evidence,) if evidence else (),
        )
    return found


class _Row(NamedTuple):
    """A row that is not empty: its place in the spreadsheet, the line where it begins, and what is in it."""

    number: int
    line: int
    cells: Sequence[str]
    error: str = ""


def _rows(text: str, delimiter: str) -> Iterator[_Row]:
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number, line = number + 1, reader.line_num + 1
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            yield _Row(number, line, [], str(error))
            continue
        if any(cells):
            yield _Row(number, line, cells)


def _delimiter(text: str) -> str:
    """The delimiter with which the first row names both columns; the comma where none does."""
    for delimiter in _DELIMITERS:
        first = next(_rows(text, delimiter), None)
        if first and set(_COLUMNS) <= set(map(_name, first.cells)):
            return delimiter
    return _DELIMITERS[0]


def _name(cell: str) -> str:
    """The name of a column, made comparable."""
    return re.sub(r"[\s_-]+", " ", cell).casefold()
