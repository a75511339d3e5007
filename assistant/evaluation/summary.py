"""The rows of a run as figures: means with intervals, abstention, risk against coverage, time and cost.

Selective prediction after El-Yaniv and Wiener, "On the Foundations of Noise-free Selective Classification" (JMLR
2010), and Geifman and El-Yaniv, "Selective Classification for Deep Neural Networks" (NeurIPS 2017).
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from assistant.answers import Answer, Citation, Sentence, Usage
from assistant.evaluation.matching import Corpus
from assistant.evaluation.results import Row, Summary
from assistant.evaluation.scoring import JUDGED, Scores, score
from assistant.evaluation.statistics import Figure, auc, mean, median

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


class Outcome(NamedTuple):
    """One question: whether it has an answer, what it got (`None`: an error), and how sure the assistant was."""

    answerable: bool
    answered: bool | None
    right: bool = False
    confidence: float | None = None

    @property
    def way(self) -> str:
        """How it went: one of three ways for an answerable question, of two for another, or a failure."""
        if self.answered is None:
            return "failed"
        if not self.answerable:
            return "wrongly_answered" if self.answered else "rightly_refused"
        if not self.answered:
            return "refused"
        return "right" if self.right else "wrong"


def outcomes(rows: Iterable[Row]) -> Iterator[Outcome]:
    """The outcomes of rows, but for greetings and the like; right is an answer whose truthfulness is 1."""
    for row in rows:
        if row.question.answerable is not None:
            answered, confidence = (row.answer.answered, row.answer.confidence) if row.answer else (None, None)
            yield Outcome(row.question.answerable, answered, row.scores["truthfulness"] == 1, confidence)


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
    precision, f1 = abstention(found)
    sure = [one for one in found if one.confidence is not None]
    answered, asked = len(seconds), len(scores)
    p50, p95 = np.percentile(seconds, [50, 95]) if seconds else (None, None)
    return {name: mean([one.get(name) for one in scores]) for name in _names(scores)} | {
        "answer_words_median": median([one.get("answer_words") for one in scores]),
        "abstention_precision": precision,
        "abstention_f1": f1,
        "aurc": Figure(value=aurc(sure), n=sum(bool(one.answered) for one in sure)),
        "confidence_auc": Figure(value=confidence_auc(sure), n=len(sure)),
        "seconds_p50": Figure(value=p50, n=answered),
        "seconds_p95": Figure(value=p95, n=answered),
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
        for tag in row.question.kinds:
            values.setdefault(tag, []).append(row.scores.get(metric))
    figures = {tag: mean(of_tag) for tag, of_tag in sorted(values.items())}
    return {tag: figure for tag, figure in figures.items() if figure.n}


# --- abstention


def abstention(found: Sequence[Outcome]) -> tuple[Figure, Figure]:
    """Precision and F1 of refusals; a question that failed is no refusal.

    Precision = |{right refusals}| / |{refusals}|, F1 = 2 tp / (2 tp + fp + fn) = 2 |{right refusals}| /
    (|{refusals}| + |{unanswerable questions}|).
    """
    refusals = [not one.answerable for one in found if one.answered is False]
    right, either = sum(refusals), len(refusals) + sum(not one.answerable for one in found)
    return (
        Figure(value=right / len(refusals) if refusals else None, n=len(refusals)),
        Figure(value=2 * right / either if either else None, n=len(found) if either else 0),
    )


class Point(NamedTuple):
    """What holds where only the surest answers are given: how many those are, and the share that is wrong."""

    answers: int
    risk: float


def risk_coverage(found: Iterable[Outcome]) -> list[Point]:
    """A point for each confidence of an answer, from the surest on: the answers that are at least as sure."""
    sure = [(one.confidence, not one.right) for one in found if one.answered and one.confidence is not None]
    points, wrong = [], list[bool]()
    for _, tied in groupby(sorted(sure, reverse=True), lambda pair: pair[0]):
        wrong += [is_wrong for _, is_wrong in tied]
        points.append(Point(len(wrong), sum(wrong) / len(wrong)))
    return points


def aurc(found: Iterable[Outcome]) -> float | None:
    """The area under the risk-coverage curve, over the coverage it reaches (Geifman et al., ICLR 2019).

    AURC = the mean, over the answers, of the risk of the threshold that just lets the answer through. 0 is best;
    confidence that says nothing gives the share of wrong answers.
    """
    total, answers = 0.0, 0
    for point in risk_coverage(found):
        total += point.risk * (point.answers - answers)
        answers = point.answers
    return total / answers if answers else None


def confidence_auc(found: Sequence[Outcome]) -> float | None:
    """How well confidence tells the answerable from the unanswerable questions; `None` without both kinds."""
    yes, no = (
        np.array([one.confidence for one in found if one.answerable is kind and one.confidence is not None])
        for kind in (True, False)
    )
    return auc(yes, no) if len(yes) and len(no) else None


# --- systems that do nothing


def baselines(rows: Iterable[Row], corpus: Corpus, *, judged: bool = False) -> dict[str, Scores]:
    """What a system that does nothing would score on the same rows: always refuse; cite the top passage whole.

    Where a chat model judged the rows' citations (`judged`), nothing stands beside its figures: they would be
    from another test.
    """
    left_out = _OF_RETRIEVAL.union(JUDGED if judged else ())
    scores: dict[str, list[Scores]] = {"always refuse": [], "the top passage whole": []}
    for row in rows:
        if row.answer:
            scores["always refuse"].append(score(row.question, _refuse(row.answer), corpus))
            scores["the top passage whole"].append(score(row.question, _top_passage(row.answer), corpus))
    return {
        name: {metric: _mean(made, metric) for metric in _names(made) if metric not in left_out}
        for name, made in scores.items()
    }


def _mean(scores: Sequence[Scores], name: str) -> float | None:
    defined = [value for one in scores if (value := one.get(name)) is not None]
    return sum(defined) / len(defined) if defined else None


def _names(scores: Sequence[Scores]) -> Iterable[str]:
    return dict.fromkeys(name for one in scores for name in one)


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
