"""The rows of a run as figures: means with intervals, abstention, latency, tokens and cost."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from assistant.answers import Answer, Citation, Sentence, Usage
from assistant.evaluation.matching import Corpus
from assistant.evaluation.outcomes import (
    Outcome,
    abstention_f1,
    abstention_precision,
    aurc,
    confidence_auc,
    outcomes,
)
from assistant.evaluation.results import Row
from assistant.evaluation.scoring import JUDGED, Scores, score
from assistant.evaluation.statistics import Figure, mean, median
from ingest.errors import UserError

# What is shown first.
HEADLINE = (
    "useful",
    "fact_recall",
    "evidence_recall",
    "mrr",
    "gold_citation_precision",
    "gold_citation_recall",
    "refusal_near",
    "over_refusal",
    "answer_words_median",
)
# What doing nothing with the passages leaves as it is.
_OF_RETRIEVAL = frozenset({"evidence_recall", "evidence_recall_at_3", "success_at_1", "mrr", "context_tokens"})

Summary = dict[str, Figure]


def summarise(rows: Iterable[Row]) -> Summary:
    """The figures of a run. Rows are read once, so a run of any length fits into memory."""
    scores: list[Scores] = []
    found: list[Outcome] = []
    seconds: list[float] = []
    usage = Usage()
    for row in rows:
        scores.append(row.scores)
        found += outcomes([row])
        if row.answer:
            seconds.append(row.answer.seconds.total)
            usage += row.answer.usage
    refusals = [one for one in found if one.answered is False]
    f1 = abstention_f1(found)
    sure = [one for one in found if one.confidence is not None]
    answered, asked = len(seconds), len(scores)
    return _means(scores) | {
        "answer_words_median": median([one.get("answer_words") for one in scores]),
        "abstention_precision": Figure(value=abstention_precision(found), n=len(refusals)),
        "abstention_f1": Figure(value=f1, n=0 if f1 is None else len(found)),
        "aurc": Figure(value=aurc(sure), n=sum(bool(one.answered) for one in sure)),
        "confidence_auc": Figure(value=confidence_auc(sure), n=len(sure)),
        "seconds_p50": Figure(value=float(np.percentile(seconds, 50)) if seconds else None, n=answered),
        "seconds_p95": Figure(value=float(np.percentile(seconds, 95)) if seconds else None, n=answered),
        "failures": Figure(value=float(asked - answered), n=asked),
        "input_tokens": Figure(value=float(usage.input_tokens), n=answered),
        "output_tokens": Figure(value=float(usage.output_tokens), n=answered),
        "cost_usd": Figure(value=usage.cost_usd, n=answered),
    }


def headline(summary: Summary) -> list[str]:
    """The figures to show first: `useful` where defined, all refusals where none is tagged as a near one."""
    defined = {name for name, figure in summary.items() if figure.n}
    names = ["refusal" if name == "refusal_near" and name not in defined else name for name in HEADLINE]
    return [name for name in names if name in summary and (name != "useful" or name in defined)]


def by_tag(rows: Iterable[Row], metric: str) -> dict[str, Figure]:
    """One metric for each tag, by name; questions that are held back count as tagged `held`."""
    values: dict[str, list[float | None]] = {}
    for row in rows:
        for tag in {*row.question.tags, *filter(None, [row.question.split])}:
            values.setdefault(tag, []).append(row.scores.get(metric))
    figures = {tag: mean(of_tag) for tag, of_tag in sorted(values.items())}
    return {tag: figure for tag, figure in figures.items() if figure.n}


def baselines(rows: Iterable[Row], corpus: Corpus, *, judged: bool = False) -> dict[str, Summary]:
    """What a system that does nothing would score on the same rows: always refuse; cite the top passage whole.

    Where a chat model judged the rows' citations (`judged`), nothing stands beside its figures: they would be
    from another test.
    """
    left_out = _OF_RETRIEVAL.union(JUDGED if judged else ())
    scores: dict[str, list[Scores]] = {"always refuse": [], "the top passage whole": []}
    for row in rows:
        if row.answer is not None:
            scores["always refuse"].append(score(row.question, _refuse(row.answer), corpus))
            scores["the top passage whole"].append(score(row.question, _top_passage(row.answer), corpus))
    return {
        name: {metric: _without_interval(made, metric) for metric in _names(made) if metric not in left_out}
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
    return {name: mean([one.get(name) for one in scores]) for name in _names(scores)}


def _names(scores: Sequence[Scores]) -> Iterable[str]:
    return dict.fromkeys(name for one in scores for name in one)


def _without_interval(scores: Sequence[Scores], name: str) -> Figure:
    """The mean alone, which takes no time."""
    defined = [value for one in scores if (value := one.get(name)) is not None]
    return Figure(value=sum(defined) / len(defined) if defined else None, n=len(defined))


def _refuse(answer: Answer) -> Answer:
    nothing = {"text": "", "sentences": (), "citations": (), "passages": ()}
    return answer.model_copy(update={**nothing, "answered": False})


def _top_passage(answer: Answer) -> Answer:
    if not answer.passages:
        return _refuse(answer)
    top = answer.passages[0]
    text = " ".join(top.text.split())
    citation = Citation(number=1, quote=top.text, **top.model_dump(exclude={"text", "score"}))
    sentence = Sentence(text=text, citations=(1,), support="quoted")
    found = {"text": f"{text} [1]", "sentences": (sentence,), "citations": (citation,), "passages": (top,)}
    return answer.model_copy(update={**found, "answered": True})
