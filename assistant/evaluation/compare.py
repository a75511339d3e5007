"""Two runs of the same questions side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from assistant.evaluation.questions import QuestionItem
from assistant.evaluation.run import Row, read_rows
from assistant.evaluation.statistics import Difference, difference
from assistant.evaluation.summary import HEADLINE, LOWER_IS_BETTER, read_summary
from ingest.errors import UserError


@dataclass(frozen=True)
class Comparison:
    """This run against another: differences by metric, and the questions by what became of them."""

    differences: dict[str, Difference]
    won: list[str]
    lost: list[str]
    unchanged: int


class Change(NamedTuple):
    """One question in both runs."""

    here: Row
    there: Row


def worse(comparison: Comparison) -> list[str]:
    """The headline metrics that are worse than in the other run with their whole interval, a line each."""
    lines = []
    for name in HEADLINE:
        d = comparison.differences.get(name)
        if d and (d.low > 0 if name in LOWER_IS_BETTER else d.high < 0):
            lines.append(f"{name} changed by {d.value:+.3f} ({d.low:+.3f} to {d.high:+.3f})")
    return lines


def compare(here: Path, there: Path) -> Comparison:
    """Pairs the questions that both report folders have, by id. Raises `UserError` where there is none."""
    ours = {row.id: row.scores for row in read_rows(here)}
    theirs = {row.id: row.scores for row in read_rows(there)}
    shared = [id_ for id_ in ours if id_ in theirs]
    if not shared:
        raise UserError(f"{here} and {there} share no question. Compare two runs of the same set.")
    differences = {}
    for name in dict.fromkeys(name for id_ in shared for name in ours[id_]):
        pair = difference([ours[i].get(name) for i in shared], [theirs[i].get(name) for i in shared])
        if pair:
            differences[name] = pair
    changes = {id_: (ours[id_]["truthfulness"] or 0) - (theirs[id_]["truthfulness"] or 0) for id_ in shared}
    return Comparison(
        differences,
        won=[id_ for id_, change in changes.items() if change > 0],
        lost=[id_ for id_, change in changes.items() if change < 0],
        unchanged=sum(change == 0 for change in changes.values()),
    )


def check_comparable(items: Sequence[QuestionItem], there: Path) -> None:
    """Raises `UserError` where a report folder is not finished, cannot be read or has no such question."""
    read_summary(there)
    theirs = {row.id for row in read_rows(there)}
    if not theirs & {item.id for item in items}:
        raise UserError(f"{there} has none of the questions. Compare two runs of the same set.")


def changes(here: Path, there: Path, ids: Sequence[str]) -> list[Change]:
    """Both rows of each of these questions, which both report folders have."""
    ours, theirs = ({row.id: row for row in read_rows(folder) if row.id in ids} for folder in (here, there))
    return [Change(ours[id_], theirs[id_]) for id_ in ids]
