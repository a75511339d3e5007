"""A run against another run of the same questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.evaluation.questions import QuestionItem
from assistant.evaluation.results import Row, read_receipt, read_rows, read_summary
from assistant.evaluation.scoring import METRICS, Scores
from assistant.evaluation.statistics import Difference, difference
from assistant.evaluation.summary import HEADLINE
from ingest.errors import UserError


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


def better_or_worse(difference: Difference, name: str) -> str:
    """Better or worse only where the whole interval is; a measure of size, like tokens, counts as a cost."""
    if difference.low == difference.high == 0:
        return "no difference"
    if difference.low <= 0 <= difference.high:
        return "no clear difference"
    if difference.p >= 0.05:
        return "too few to tell"
    return "better" if (difference.value > 0) != METRICS[name].lower_is_better else "worse"


def worse(comparison: Comparison) -> list[str]:
    """The headline metrics that are worse than in the other run, a line each."""
    lines = []
    for name in HEADLINE:
        d = comparison.of(name)
        if d and better_or_worse(d, name) == "worse":
            lines.append(f"{name} changed by {d.value:+.3f} ({d.low:+.3f} to {d.high:+.3f})")
    return lines
