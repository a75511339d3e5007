"""The rows of a run as figures: means with intervals, abstention, latency, tokens and cost."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from assistant.answers import Answer, Citation, Sentence
from assistant.evaluation.questions import Corpus
from assistant.evaluation.run import Row
from assistant.evaluation.scoring import JUDGED, Scores, score
from assistant.evaluation.selective import Outcome, aurc, confidence_auc, outcome
from assistant.evaluation.statistics import mean, median
from ingest.errors import UserError
from ingest.sources import Source

# What the report shows first.
HEADLINE = (
    "fact_recall",
    "evidence_recall",
    "mrr",
    "gold_citation_precision",
    "gold_citation_recall",
    "refusal_near",
    "over_refusal",
    "answer_words_median",
)
LOWER_IS_BETTER = frozenset(
    {
        "over_refusal", "under_refusal", "forbidden_hits", "context_tokens", "answer_words", "answer_words_median",
        "uncited_sentences", "strange_names", "followup_gap", "failures", "seconds", "seconds_p50", "seconds_p95",
        "cost_usd", "input_tokens", "output_tokens", "aurc",
    }
)  # fmt: skip


# What doing nothing with the passages leaves as it is.
_OF_RETRIEVAL = frozenset(
    {"evidence_recall", "evidence_recall_at_3", "success_at_1", "mrr", "ndcg_at_10", "context_tokens"}
)


class Figure(BaseModel):
    """A metric of `summary.json`: its value and 95 % interval, and over how many questions it is defined.

    `value` is `None` where it is defined for no question; `low` and `high` also where a metric has no interval.
    """

    model_config = ConfigDict(frozen=True)

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int


Summary = dict[str, Figure]


def summarise(rows: Iterable[Row]) -> Summary:
    """The figures of a run. Rows are read once, so a run of any length fits into memory."""
    scores: list[Scores] = []
    words, seconds, refusals = [], [], []
    sure: list[Outcome] = []
    tokens_in = tokens_out = failures = 0
    cost: float | None = 0.0
    for row in rows:
        scores.append(row.scores)
        refusals.append((row.question.answerable, row.answer.answered if row.answer else None))
        if one := outcome(row.question.answerable, row.answer, row.scores["truthfulness"]):
            sure.append(one)
        if row.answer is None:
            failures += 1
            continue
        seconds.append(row.answer.seconds.total)
        words.append(row.scores["answer_words"])
        tokens_in += row.answer.usage.input_tokens
        tokens_out += row.answer.usage.output_tokens
        known = row.answer.usage.cost_usd
        cost = None if cost is None or known is None else cost + known
    figures = _means(scores)
    long = [value for value in words if value is not None]
    figures["answer_words_median"] = Figure(**median(long)._asdict())
    figures |= abstention(refusals) | selective(sure)
    for name, share in (("seconds_p50", 50), ("seconds_p95", 95)):
        figures[name] = Figure(value=float(np.percentile(seconds, share)) if seconds else None, n=len(seconds))
    figures["failures"] = Figure(value=float(failures), n=len(scores))
    figures["input_tokens"] = Figure(value=float(tokens_in), n=len(seconds))
    figures["output_tokens"] = Figure(value=float(tokens_out), n=len(seconds))
    figures["cost_usd"] = Figure(value=cost, n=len(seconds))
    return figures


def abstention(outcomes: Sequence[tuple[bool, bool | None]]) -> Summary:
    """Precision, recall and F1 of refusing, and under-refusal, from (answerable, answered) pairs.

    precision = right refusals / refusals; recall = right refusals / unanswerable questions; under-refusal is
    1 - recall. A failed question (`answered` is `None`) is no refusal.
    """
    refused = [not answerable for answerable, answered in outcomes if answered is False]
    unanswerable = [answered is False for answerable, answered in outcomes if not answerable]
    precision = sum(refused) / len(refused) if refused else None
    recall = sum(unanswerable) / len(unanswerable) if unanswerable else None
    either = len(refused) + len(unanswerable)
    f1 = 2 * sum(refused) / either if either else None  # 2 tp / (2 tp + fp + fn)
    return {
        "abstention_precision": Figure(value=precision, n=len(refused)),
        "abstention_recall": Figure(value=recall, n=len(unanswerable)),
        "abstention_f1": Figure(value=f1, n=len(outcomes) if either else 0),
        "under_refusal": Figure(value=None if recall is None else 1 - recall, n=len(unanswerable)),
    }


def selective(outcomes: Sequence[Outcome]) -> Summary:
    """The area under the risk-coverage curve, over the answers, and confidence's AUC, over the questions."""
    answers = sum(one.answered for one in outcomes)
    return {
        "aurc": Figure(value=aurc(outcomes), n=answers),
        "confidence_auc": Figure(value=confidence_auc(outcomes), n=len(outcomes)),
    }


def headline(summary: Summary) -> list[str]:
    """The metrics to show first; all refusals where no question is tagged as a near one."""
    near = summary.get("refusal_near")
    return ["refusal" if name == "refusal_near" and not (near and near.n) else name for name in HEADLINE]


def by_tag(rows: Iterable[Row], metric: str) -> dict[str, Figure]:
    """One metric for each tag, by name; questions that are held back count as tagged `held`."""
    values: dict[str, list[float | None]] = {}
    for row in rows:
        for tag in {*row.question.tags, *filter(None, [row.question.split])}:
            values.setdefault(tag, []).append(row.scores.get(metric))
    figures = {tag: Figure(**mean(of_tag)._asdict()) for tag, of_tag in sorted(values.items())}
    return {tag: figure for tag, figure in figures.items() if figure.n}


def baselines(rows: Iterable[Row], sources: Mapping[str, Source], *, judged: bool = False) -> dict[str, Summary]:
    """What a system that does nothing would score on the same rows: always refuse; cite the top passage whole.

    Where a chat model judged the rows' citations (`judged`), nothing stands beside its figures: they would be
    from another test.
    """
    left_out = _OF_RETRIEVAL.union(JUDGED if judged else ())
    corpus = Corpus(sources)
    idle: dict[str, Callable[[Answer], Answer]] = {"always refuse": _refuse, "the top passage whole": _top_passage}
    scores: dict[str, list[Scores]] = {name: [] for name in idle}
    for row in rows:
        if row.answer is not None:
            for name, make in idle.items():
                scores[name].append(score(row.question, make(row.answer), corpus))
    return {
        name: {metric: figure for metric, figure in _means(made).items() if metric not in left_out}
        for name, made in scores.items()
    }


def read_summary(folder: Path) -> Summary:
    """The figures of a report folder."""
    path = folder / "summary.json"
    try:
        return {name: Figure.model_validate(f) for name, f in json.loads(path.read_text("utf-8")).items()}
    except (OSError, ValueError, AttributeError) as error:
        reason = str(error).splitlines()[0]
        raise UserError(f"{path} cannot be read ({reason}). Give the folder of a finished report.") from None


def write_summary(folder: Path, summary: Summary) -> None:
    """Writes `summary.json`."""
    fields = {name: figure.model_dump() for name, figure in summary.items()}
    (folder / "summary.json").write_text(json.dumps(fields, indent=1) + "\n", encoding="utf-8")


def _means(scores: Sequence[Scores]) -> Summary:
    names = dict.fromkeys(name for one in scores for name in one)
    return {name: Figure(**mean([one.get(name) for one in scores])._asdict()) for name in names}


def _refuse(answer: Answer) -> Answer:
    nothing = {"text": "", "sentences": (), "citations": (), "passages": ()}
    return answer.model_copy(update={**nothing, "answered": False})


def _top_passage(answer: Answer) -> Answer:
    if not answer.passages:
        return _refuse(answer)
    top = answer.passages[0]
    text = " ".join(top.text.split())
    citation = Citation(
        number=1, source=top.source, section=top.section, quote=top.text, start=top.start, end=top.end
    )
    sentence = Sentence(text=text, citations=(1,), support="quoted")
    found = {"text": f"{text} [1]", "sentences": (sentence,), "citations": (citation,), "passages": (top,)}
    return answer.model_copy(update={**found, "answered": True})
