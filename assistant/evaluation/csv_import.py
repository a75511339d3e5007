"""Question sets from a spreadsheet: a CSV file with the columns `question` and `answer quote`."""

import csv
import io
import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from assistant.evaluation.places import Corpus
from assistant.evaluation.questions import Finding, QuestionItem, QuestionSet, checked, read_text
from ingest.errors import UserError

_SUFFIXES = (".csv", ".tsv")
_DELIMITERS = ",;\t"  # what spreadsheets write, by country
_COLUMNS = ("question", "answer quote")


def is_csv(path: Path) -> bool:
    """Whether a file is taken for a CSV: by the end of its name."""
    return path.suffix.casefold() in _SUFFIXES


def import_csv(path: Path, corpus: Corpus) -> QuestionSet:
    """The questions of a CSV file, whose quotes all stand in the corpus.

    Raises `UserError` with file and line for a row that cannot be read or a quote that is not found.
    """
    found = checked(path, read_csv(path))
    misses = [line for line, item in found.items.items() if not all(map(corpus.find, item.evidence))]
    if misses:
        more = f", nor are {len(misses) - 1} more" if misses[1:] else ""
        command = shlex.join(["bpo-kpo", "evaluate", str(path), "--check"])
        quote = found.items[misses[0]].evidence[0][:60]
        raise UserError(
            f"{path}:{misses[0]}: the quote {quote!r} is not in the corpus{more}. "
            f"For the nearest text, run: {command}"
        )
    return found


def read_csv(path: Path) -> QuestionSet:
    """The questions of a CSV file; a row without a quote is a question that the corpus does not answer.

    The first row names the columns, in any order; others are ignored. Names may differ in case, and have `_` or
    `-` for a space. The ids are c001, c002 and so on. There are no facts: what an answer has to say is
    not known, only where it stands. Raises `UserError` where a column is missing, or there twice.
    """
    text = read_text(path)
    if not text.strip():
        raise UserError(f"{path} is empty. Name the columns {' and '.join(_COLUMNS)} in its first row.")
    rows = _rows(text, _delimiter(text))
    header = next(rows, _Row(1, [])).cells
    names = [_name(cell) for cell in header]
    if missing := [column for column in _COLUMNS if column not in names]:
        raise UserError(f"{path}:1: the column {missing[0]!r} is missing. Name it in the first row.")
    if doubled := [column for column in _COLUMNS if names.count(column) > 1]:
        raise UserError(f"{path}:1: the column {doubled[0]!r} is there more than once. Rename the others.")
    question, quote = (names.index(column) for column in _COLUMNS)
    found = QuestionSet()
    if ignored := [name for at, name in enumerate(header) if name and at not in (question, quote)]:
        message = f"not used: the columns {', '.join(ignored)}. Only {' and '.join(_COLUMNS)} are."
        found.findings.append(Finding(1, message, error=False))
    for row in rows:
        if row.error or len(row.cells) <= max(question, quote) or any(row.cells[len(header) :]):
            wrong = row.error or f"{len(row.cells)} cells, not {len(header)} as in the first row"
            message = f"the row cannot be read ({wrong}). Put each text in double quotes, and double those inside."
            found.findings.append(Finding(row.line, message))
        elif not row.cells[question]:
            found.findings.append(Finding(row.line, "the question is empty. Write one."))
        else:
            evidence = tuple(filter(None, [row.cells[quote]]))
            found.items[row.line] = QuestionItem(
                id=f"c{len(found.items) + 1:03}",
                question=row.cells[question],
                answerable=bool(evidence),
                evidence=evidence,
            )
    return found


class _Row(NamedTuple):
    """A row that is not empty: the line where it begins, and what is in it."""

    line: int
    cells: Sequence[str]
    error: str = ""


def _rows(text: str, delimiter: str) -> Iterator[_Row]:
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            yield _Row(line, [], str(error))
            continue
        if any(cells):
            yield _Row(line, cells)


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
