"""Columns of prose that were written line by line across the page are read one after the other.

Most PDFs are written column by column and are left as they are; and so are tables, whose rows belong together.
"""

import re
import statistics
from dataclasses import dataclass, field
from itertools import chain, pairwise

from ingest.formats.pdf_page import Row, Word

_GAP = 0.8  # of the height of the letters: more than a blank
_FEWEST_WORDS = 3  # on each side of a gap; the cells of a table have fewer
_FEWEST_ROWS = 3  # that have a gap at the same place; two where it is wide
_WIDE_GAP = 1.5
_ALIKE = 1.2  # times the narrowest blank of a line, at most

_ITEM = re.compile(r"\W|\(?\w{1,3}[.)]")  # what stands before the text of one

Gap = tuple[float, float]


@dataclass
class _Run:
    """Rows one below the other with the same gaps."""

    rows: list[Row] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    divided: int = 0  # how many of the rows have words on both sides of a gap


def column_by_column(rows: list[Row]) -> list[Row]:
    """The rows of a page in the order in which they are read; those of tables are marked."""
    read: list[Row] = []
    run = _Run()
    for row in rows:
        gaps = _gaps(row)
        common = _common(run, row, gaps)
        if run.rows and (not common or row.bottom >= run.rows[-1].bottom):
            read += _read(run)
            run, common = _Run(), gaps
        if common:
            run.rows.append(row)
            run.gaps = common
            run.divided += any(row.words[0].left < start and end < row.words[-1].right for start, end in common)
        else:
            read.append(row)
    return read + _read(run)


def _gaps(row: Row) -> list[Gap]:
    least = _GAP * row.height
    if len(row.words) > 2 and _is_stretched(row) and any(word.text[0].islower() for word in row.words[1:]):
        return []
    pairs = pairwise(row.words[1:] if _ITEM.fullmatch(row.words[0].text) else row.words)
    return [(a.right, b.left) for a, b in pairs if b.left - a.right > least and not b.is_field]


def _is_stretched(row: Row) -> bool:
    """Whether the blanks of a row are alike, however wide its column has made them; those of a table are not."""
    blanks = [b.left - a.right for a, b in pairwise(row.words)]
    return not blanks or max(blanks) < _ALIKE * min(blanks)


def _common(run: _Run, row: Row, gaps: list[Gap]) -> list[Gap]:
    """The gaps of the run that the row has as well, or all of which it stands beside."""
    if not run.rows:
        return gaps
    blank = [*gaps, (row.words[-1].right, float("inf")), (float("-inf"), row.words[0].left)]
    found = []
    for start, end in run.gaps:
        beside = next((gap for gap in blank if gap[0] < end and start < gap[1]), None)
        cut = (max(start, beside[0]), min(end, beside[1])) if beside else None
        if cut and cut[1] - cut[0] > _GAP * row.height / 2:
            found.append(cut)
    return found


def _read(run: _Run) -> list[Row]:
    """The columns of a run one after the other, where they are columns of prose."""
    border = _end_of_columns(run)
    rows, below = run.rows[:border], run.rows[border:]
    parts = [_parts(row, run.gaps) for row in rows]
    columns = [[Row(part) for part in column if part] for column in zip(*parts, strict=True)]
    is_wide = all(end - start > _WIDE_GAP * rows[0].height for start, end in run.gaps)
    enough = run.divided >= (2 if is_wide else _FEWEST_ROWS)
    prose = all(
        column and statistics.mean(len(row.words) for row in column) >= _FEWEST_WORDS for column in columns
    )
    if _is_justified(rows):
        return run.rows
    if enough and prose:
        return [*chain(*columns), *below]
    for row in rows:
        row.of_table = run.divided >= _FEWEST_ROWS
    return run.rows


def _is_justified(rows: list[Row]) -> bool:
    """Whether these are the lines of a justified paragraph."""
    others = rows[:-1]
    if not others or 2 * sum(row.words[0].text[0].islower() for row in rows[1:]) < len(others):
        return False
    left, right = others[0].words[0].left, others[0].words[-1].right
    return all(
        _is_stretched(row) and abs(row.words[0].left - left) < 1 and abs(row.words[-1].right - right) < 1
        for row in others
    )


def _end_of_columns(run: _Run) -> int:
    """Where the last rows begin that stand on one side alone, after a space: these are below all columns."""
    for at in range(len(run.rows) - 1, 0, -1):
        row = run.rows[at]
        if sum(bool(part) for part in _parts(row, run.gaps)) > 1:
            break
        if run.rows[at - 1].bottom - row.bottom > 2 * row.height:
            return at
    return len(run.rows)


def _parts(row: Row, gaps: list[Gap]) -> list[list[Word]]:
    middles = [(start + end) / 2 for start, end in gaps]
    borders = [float("-inf"), *middles, float("inf")]
    return [
        [word for word in row.words if left <= (word.left + word.right) / 2 < right]
        for left, right in pairwise(borders)
    ]
