"""Columns of prose that were written line by line across the page are read one after the other.

Most PDFs are written column by column and are left as they are; and so are tables, whose rows belong together.
"""

import statistics
from dataclasses import dataclass, field
from itertools import pairwise

from ingest.pdf_page import Line, Word

_GAP = 0.8  # of the height of the letters: more than a blank
_FEWEST_WORDS = 3  # on each side of a gap; the cells of a table have fewer
_FEWEST_LINES = 3  # that have a gap at the same place; two where it is wide
_WIDE_GAP = 1.5

Gap = tuple[float, float]


@dataclass
class _Run:
    """Lines one below the other with the same gaps."""

    lines: list[Line] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    divided: int = 0  # how many of the lines have words on both sides of a gap


def column_by_column(lines: list[Line]) -> list[Line]:
    """The lines of a page in the order in which they are read."""
    read: list[Line] = []
    run = _Run()
    for line in lines:
        gaps = _gaps(line)
        common = _common(run, line, gaps)
        if run.lines and (not common or line.bottom >= run.lines[-1].bottom):
            read += _read(run)
            run, common = _Run(), gaps
        if common:
            run.lines.append(line)
            run.gaps = common
            run.divided += bool(gaps)
        else:
            read.append(line)
    return read + _read(run)


def _gaps(line: Line) -> list[Gap]:
    pairs = pairwise(line.words)
    return [(a.right, b.left) for a, b in pairs if b.left - a.right > _GAP * line.height and not b.is_field]


def _common(run: _Run, line: Line, gaps: list[Gap]) -> list[Gap]:
    """The gaps of the run that the line has as well, or all of which it stands beside."""
    if not run.lines:
        return gaps
    left, right = line.words[0].left, line.words[-1].right
    found = []
    for start, end in run.gaps:
        beside = [
            gap for gap in [*gaps, (right, float("inf")), (float("-inf"), left)] if gap[0] < end and start < gap[1]
        ]
        for gap in beside[:1]:
            cut = (max(start, gap[0]), min(end, gap[1]))
            if cut[1] - cut[0] > _GAP * line.height / 2:
                found.append(cut)
    return found


def _read(run: _Run) -> list[Line]:
    """The columns of a run one after the other, where they are columns of prose."""
    below = _below(run)
    if below:
        run.lines = run.lines[: -len(below)]
    columns: list[list[Line]] = [[] for _ in range(len(run.gaps) + 1)]
    for line in run.lines:
        for n, part in enumerate(_parts(line, run.gaps)):
            if part:
                columns[n].append(Line(part))
    widest = min((end - start for start, end in run.gaps), default=0.0)
    height = run.lines[0].height if run.lines else 0.0
    enough = run.divided >= (2 if widest > _WIDE_GAP * height else _FEWEST_LINES)
    prose = all(
        column and statistics.mean(len(line.words) for line in column) >= _FEWEST_WORDS for column in columns
    )
    return [*(line for column in columns for line in column), *below] if enough and prose else [*run.lines, *below]


def _below(run: _Run) -> list[Line]:
    """The last lines of a run that stand on one side alone, after a space: these are below all columns."""
    for at in range(len(run.lines) - 1, 0, -1):
        line = run.lines[at]
        if sum(bool(part) for part in _parts(line, run.gaps)) > 1:
            break
        if run.lines[at - 1].bottom - line.bottom > 2 * line.height:
            return run.lines[at:]
    return []


def _parts(line: Line, gaps: list[Gap]) -> list[list[Word]]:
    middles = [(start + end) / 2 for start, end in gaps]
    borders = [float("-inf"), *middles, float("inf")]
    return [
        [word for word in line.words if left <= (word.left + word.right) / 2 < right]
        for left, right in pairwise(borders)
    ]
