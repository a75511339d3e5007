"""A run against another run of the same questions, and against floors that it has to hold."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import process

from assistant.evaluation.questions import QuestionItem
from assistant.evaluation.results import Row, read_receipt, read_rows
from assistant.evaluation.scoring import METRICS, Scores
from assistant.evaluation.statistics import Difference, difference
from assistant.evaluation.summary import HEADLINE, Summary, read_summary
from ingest.errors import UserError

Floor = tuple[str, float]  # a metric, and its least value; the greatest where lower is better


@dataclass(frozen=True)
class Comparison:
    """This run against another: differences by metric, and the questions by what became of them."""

    differences: dict[str, Difference]
    won: list[str]
    lost: list[str]
    unchanged: int
    unpaired: int  # questions that only one of the runs has, or that differ
    other: list[str]  # what else is different: the model, the corpus and so on


def compare(here: Path, there: Path) -> Comparison:
    """Pairs the questions that both report folders have word for word. Raises `UserError` where there is none.

    Measured are all scores of a row, and its time, tokens, cost and failure. What only a whole run has, like the
    precision of abstention, is not compared.
    """
    ours, theirs = _scores(here), _scores(there)
    shared = [key for key in ours if key in theirs]
    if not shared:
        raise UserError(f"{here} and {there} share no question. Compare two runs of the same set.")
    differences = {}
    for name in dict.fromkeys(name for key in shared for name in ours[key]):
        pair = difference([ours[key].get(name) for key in shared], [theirs[key].get(name) for key in shared])
        if pair:
            differences[name] = pair
    changes = {key[0]: _standing(ours[key]) - _standing(theirs[key]) for key in shared}
    receipts = read_receipt(here).model_dump(), read_receipt(there).model_dump()
    return Comparison(
        differences,
        won=[id_ for id_, change in changes.items() if change > 0],
        lost=[id_ for id_, change in changes.items() if change < 0],
        unchanged=sum(change == 0 for change in changes.values()),
        unpaired=len(ours.keys() ^ theirs.keys()),
        other=[name for name in receipts[0] if name != "questions" and receipts[0][name] != receipts[1][name]],
    )


def check_comparable(items: Sequence[QuestionItem], there: Path, report: Path | None) -> None:
    """Raises `UserError` where a report folder is not finished, cannot be read or has no such question.

    So it does where it is the folder of `report`, the run to come: a run is no worse than itself.
    """
    if report and report.resolve() == there.resolve():
        raise UserError(f"{there} is the report's own folder. Compare with another one.")
    read_summary(there)
    read_receipt(there)
    theirs = {_key(row.question) for row in read_rows(there)}
    if not theirs & {_key(item) for item in items}:
        raise UserError(f"{there} has none of the questions. Compare two runs of the same set.")


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


def worse(comparison: Comparison) -> list[str]:
    """The headline metrics that are worse than in the other run with their whole interval, a line each."""
    lines = []
    for name in HEADLINE:
        d = pair_of(comparison, name)
        if d and (d.low > 0 if METRICS[name].lower_is_better else d.high < 0):
            lines.append(f"{name} changed by {d.value:+.3f} ({d.low:+.3f} to {d.high:+.3f})")
    return lines


def pair_of(comparison: Comparison, name: str) -> Difference | None:
    """The difference of a headline figure; questions are paired by their words, not by the median of these."""
    return comparison.differences.get("answer_words" if name == "answer_words_median" else name)


_Key = tuple[str, str]  # the id first


def _key(item: QuestionItem) -> _Key:
    """What makes two questions the same: all but how they are filed."""
    return item.id, item.model_dump_json(exclude={"tags", "split", "doc"})


def _standing(scores: Scores) -> float:
    """How a question stands: of a greeting nothing but its use is measured."""
    return scores.get("truthfulness", scores.get("useful")) or 0.0


def _scores(folder: Path) -> dict[_Key, Scores]:
    return {_key(row.question): row.scores | _cost(row) for row in read_rows(folder)}


def _cost(row: Row) -> Scores:
    if row.answer is None:
        return {"failures": 1.0}
    usage = row.answer.usage
    return {
        "failures": 0.0,
        "seconds": row.answer.seconds.total,
        "input_tokens": float(usage.input_tokens),
        "output_tokens": float(usage.output_tokens),
        "cost_usd": usage.cost_usd,
    }
