"""Question sets from a spreadsheet: a CSV file with the columns `question` and `answer quote`."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from assistant.evaluation.matching import Corpus, explain_miss
from assistant.evaluation.questions import Problem, QuestionItem, QuestionSet, read_text
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
    found = read_csv(path)
    missed = [(line, q) for line, item in found.items.items() for q in item.evidence if not corpus.find(q)]
    for number, (line, quote) in enumerate(missed):
        # only the first is shown; to find the nearest text to each takes long in large documents
        why = f"the quote {quote[:60]!r} is not in the corpus." if number else explain_miss(quote, corpus)
        found.problems.append(Problem(line, why))
    found.questions()  # raises
    return found


def read_csv(path: Path) -> QuestionSet:
    """The questions of a CSV file; a row without a quote is a question that the corpus does not answer.

    The first row names the columns, in any order; others are ignored. Names may differ in case, and have `_` or
    `-` for a space. The ids are c001, c002 and so on. There are no facts: what an answer has to say is
    not known, only where it stands. Raises `UserError` where a column is missing, or there twice.
    """
    rows = _rows(read_text(path))
    line, header, _ = next(rows, (1, [], ""))
    names = [re.sub(r"[\s_-]+", " ", cell).casefold() for cell in header]
    for column in _COLUMNS:
        if names.count(column) != 1:
            wrong = "there more than once. Rename the others." if column in names else "missing. Name it there."
            raise UserError(f"{path}:{line}: in the first row the column {column!r} is {wrong}")
    question, quote = map(names.index, _COLUMNS)
    found = QuestionSet(path)
    if ignored := [name for at, name in enumerate(header) if name and at not in (question, quote)]:
        message = f"not used: the columns {', '.join(ignored)}. Only {' and '.join(_COLUMNS)} are."
        found.problems.append(Problem(line, message, error=False))
    for line, row, error in rows:
        if error or len(row) <= max(question, quote) or any(row[len(header) :]):
            wrong = error or f"{len(row)} cells, not {len(header)} as in the first row"
            message = f"the row cannot be read ({wrong}). Put each text in double quotes, and double those inside."
            found.problems.append(Problem(line, message))
        elif not row[question]:
            found.problems.append(Problem(line, "the question is empty. Write one."))
        else:
            found.items[line] = QuestionItem(
                id=f"c{len(found.items) + 1:03}",
                question=row[question],
                answerable=bool(row[quote]),
                evidence=(row[quote],) if row[quote] else (),
            )
    return found


def _rows(text: str) -> Iterator[tuple[int, list[str], str]]:
    """The rows that are not empty: the line where each begins, its cells, and why it cannot be read."""
    first = text.lstrip().partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=max(_DELIMITERS, key=first.count), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            yield line, [], str(error)
            continue
        if any(cells):
            yield line, cells, ""
