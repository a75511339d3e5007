"""Floors under the figures of a run, for use in CI."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from rapidfuzz import process

from assistant.evaluation.glossary import METRICS
from assistant.evaluation.summary import LOWER_IS_BETTER, Summary
from ingest.errors import UserError


class Floor(NamedTuple):
    """The least value that a metric of `summary.json` may have, or the greatest where lower is better."""

    metric: str
    bound: float


def read_floors(floors: Sequence[str]) -> list[Floor]:
    """Floors written like `fact_recall=0.9`. Raises `UserError` for a metric or a number that there is not."""
    return [_read_floor(floor) for floor in floors]


def missed_floors(summary: Summary, floors: Sequence[Floor]) -> list[str]:
    """What falls short of its floor (a ceiling where lower is better), a line each; an undefined figure does."""
    missed = []
    for metric, bound in floors:
        value = summary[metric].value if metric in summary else None
        lower = metric in LOWER_IS_BETTER
        if value is None or (value > bound if lower else value < bound):
            shown = "n/a" if value is None else f"{value:.3f}"
            missed.append(f"{metric} is {shown}, {'at most' if lower else 'at least'} {bound:g} was asked for")
    return missed


def _read_floor(written: str) -> Floor:
    metric, _, number = (part.strip() for part in written.partition("="))
    try:
        bound = float(number)
    except ValueError:
        bound = math.nan
    if not math.isfinite(bound):
        raise UserError(f"{written!r} is no floor. Write it like fact_recall=0.9.")
    if metric not in METRICS:
        near, *_ = process.extractOne(metric, METRICS.keys())
        raise UserError(f"There is no metric {metric!r}; the nearest is {near}. All: {', '.join(METRICS)}.")
    return Floor(metric, bound)
