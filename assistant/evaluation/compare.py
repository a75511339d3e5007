"""A run against another run of the same questions, and against floors that it has to hold."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import process

from assistant.evaluation.questions import QuestionItem
from assistant.evaluation.results import Row, Summary, read_receipt, read_rows, read_summary
from assistant.evaluation.scoring import METRICS, Scores
from assistant.evaluation.statistics import Difference, difference
from assistant.evaluation.summary import HEADLINE, headline
from ingest.errors import UserError

Floor = tuple[str, float]  # a metric, and its least value; the greatest where lower is better

_UNCLEAR = ("no clear difference", "too few to tell")
_NAMED = 3  # figures that are told apart from chance by nothing; more would be a list that nobody reads


@dataclass(frozen=True)
class Comparison:
    """This run against another: differences by metric, and the questions by what became of them."""

    differences: dict[str, Difference]
    won: list[str]
    lost: list[str]
    unchanged: int
    unpaired: int  # questions that only one of the runs has, or that differ
    other: list[str]  # what else is different: the model, the corpus and so on

    def of(self, name: str) -> Difference | None:
        """That of a headline figure; questions are paired by their words, not by the median of these."""
        return self.differences.get("answer_words" if name == "answer_words_median" else name)


def compare(here: Path, there: Path) -> Comparison:
    """Pairs the questions that both report folders have word for word. Raises `UserError` where there is none.

    Measured are all scores of a row, and its time, tokens, cost and failure. What only a whole run has, like the
    precision of abstention, is not compared.
    """
    ours, theirs = ({_key(row.question): _measured(row) for row in read_rows(run)} for run in (here, there))
    shared = [key for key in ours if key in theirs]
    if not shared:
        raise UserError(f"{here} and {there} share no question. Compare two runs of the same set.")
    differences = {}
    for name in dict.fromkeys(name for key in shared for name in ours[key]):
        pair = difference([ours[key].get(name) for key in shared], [theirs[key].get(name) for key in shared])
        if pair:
            differences[name] = pair
    changes = {key[0]: _standing(ours[key]) - _standing(theirs[key]) for key in shared}
    before = dict(read_receipt(there))
    return Comparison(
        differences,
        won=[id_ for id_, change in changes.items() if change > 0],
        lost=[id_ for id_, change in changes.items() if change < 0],
        unchanged=sum(change == 0 for change in changes.values()),
        unpaired=len(ours.keys() ^ theirs.keys()),
        other=[n for n, value in read_receipt(here) if n != "questions" and before[n] != value],
    )


def _key(item: QuestionItem) -> tuple[str, str]:
    """The id, and what makes two questions the same: all but how they are filed."""
    return item.id, item.model_dump_json(exclude={"tags", "split"})


def _measured(row: Row) -> Scores:
    if row.answer is None:
        return row.scores | {"failures": 1.0}
    usage = row.answer.usage
    return row.scores | {
        "failures": 0.0,
        "seconds": row.answer.seconds.total,
        "input_tokens": float(usage.input_tokens),
        "output_tokens": float(usage.output_tokens),
        "cost_usd": usage.cost_usd,
    }


def _standing(scores: Scores) -> float:
    """How a question stands: of a greeting nothing but its use is measured."""
    return scores.get("truthfulness", scores.get("useful")) or 0.0


def check_comparable(items: Sequence[QuestionItem], there: Path, report: Path | None) -> None:
    """Raises `UserError` where a report folder is not finished, cannot be read or has no such question.

    So it does where it is the folder of `report`, the run to come: a run is no worse than itself.
    """
    if report and report.resolve() == there.resolve():
        raise UserError(f"{there} is the report's own folder. Compare with another one.")
    read_summary(there)
    read_receipt(there)
    if not {_key(row.question) for row in read_rows(there)} & {_key(item) for item in items}:
        raise UserError(f"{there} has none of the questions. Compare two runs of the same set.")


# --- floors


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
        d = comparison.of(name)
        if d and (d.low > 0 if METRICS[name].lower_is_better else d.high < 0):
            lines.append(f"{name} changed by {d.value:+.3f} ({d.low:+.3f} to {d.high:+.3f})")
    return lines


# --- in words, for someone who reads nothing else


def verdict(difference: Difference, name: str) -> str:
    """Better or worse only where the whole interval is; a measure of size, like tokens, counts as a cost."""
    if difference.low == difference.high == 0:
        return "no difference"
    if difference.low <= 0 <= difference.high:
        return "no clear difference"
    if difference.p >= 0.05:
        return "too few to tell"
    return "better" if (difference.value > 0) != METRICS[name].lower_is_better else "worse"


def in_words(summary: Summary, lost: Mapping[str, int]) -> str:
    """The first figure, and the stage that lost most; `lost` is how many questions each stage lost."""
    defined = [name for name in headline(summary) if summary[name].value is not None]
    if not defined:
        return "None of these questions says what a right answer is, so there is nothing to show."
    total, most = sum(lost.values()), max(lost, key=lambda stage: lost[stage], default="")
    where = f"Most was lost at “{most}”: {lost[most]} of {total}." if most else "No question was lost."
    return f"{_figure(summary, defined[0])}. {where}"


def compared_in_words(summary: Summary, comparison: Comparison, other: str) -> str:
    """The first figure against another run, and which others are clearly different from it."""
    pairs = {name: pair for name in headline(summary) if (pair := comparison.of(name))}
    if not pairs:
        return f"No figure is defined both here and in {other}."
    (first, pair), *rest = pairs.items()
    points = abs(round(100 * pair.value))
    against = "as in"
    if points:
        against = f"{points} point{'s' if points > 1 else ''} {'more' if pair.value > 0 else 'less'} than in"
    chance = ", which may be chance" if points and verdict(pair, first) in _UNCLEAR else ""
    parts = [f"{_figure(summary, first)}, {against} {other}{chance}"]
    verdicts = {name: verdict(pair, name) for name, pair in rest}
    for word in ("better", "worse"):
        if names := [name for name, told in verdicts.items() if told == word]:
            parts.append(f"{word}: {_titles(names)}")
    if names := [name for name, told in verdicts.items() if told in _UNCLEAR]:
        unclear = _titles(names) if len(names) <= _NAMED else f"the other {len(names)} figures"
        parts.append(f"too few questions to tell {unclear} apart")
    return "; ".join(parts) + "."


def _figure(summary: Summary, name: str) -> str:
    figure = summary[name]
    interval = "" if figure.low is None else f" ({figure.low:.2f} to {figure.high:.2f})"
    return f"{METRICS[name].title} {figure.value:.2f}{interval}"


def _titles(names: list[str]) -> str:
    titles = [METRICS[name].title.lower() for name in names]
    return titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} and {titles[-1]}"
