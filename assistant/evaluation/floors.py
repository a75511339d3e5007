"""Floors that a run has to hold: `--fail-under fact_recall=0.9`."""

import math
from collections.abc import Sequence

from rapidfuzz import process

from assistant.evaluation.results import Summary
from assistant.evaluation.scoring import METRICS
from ingest.errors import UserError

Floor = tuple[str, float]  # a metric, and its least value; the greatest where lower is better


def read_floors(written: Sequence[str]) -> list[Floor]:
    """Floors written like `fact_recall=0.9`. Raises `UserError` for a metric or a number that there is not."""
    known = [name for name in METRICS if name != "seconds"]  # which only a comparison has
    floors = []
    for floor in written:
        metric, _, number = (part.strip() for part in floor.partition("="))
        try:
            bound = float(number)
        except ValueError:
            bound = math.nan
        if not math.isfinite(bound):
            raise UserError(f"{floor!r} is no floor. Write it like fact_recall=0.9.")
        if metric not in known:
            near, *_ = process.extractOne(metric, known)
            raise UserError(f"There is no metric {metric!r}; the nearest is {near}. All: {', '.join(known)}.")
        floors.append((metric, bound))
    return floors


def missed(summary: Summary, floors: Sequence[Floor]) -> list[str]:
    """What falls short of its floor (a ceiling where lower is better), a line each; an undefined figure does."""
    lines = []
    for metric, bound in floors:
        value = summary[metric].value if metric in summary else None
        lower = METRICS[metric].lower_is_better
        if value is None or (value > bound if lower else value < bound):
            shown = "n/a" if value is None else f"{value:.3f}"
            lines.append(f"{metric} is {shown}, {'at most' if lower else 'at least'} {bound:g} was asked for")
    return lines
