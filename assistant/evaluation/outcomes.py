"""What became of each question, and what follows from that for a whole run: abstention, risk against coverage.

Selective prediction after El-Yaniv and Wiener, "On the Foundations of Noise-free Selective Classification" (JMLR
2010), and Geifman and El-Yaniv, "Selective Classification for Deep Neural Networks" (NeurIPS 2017).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from assistant.evaluation.results import Row


class Outcome(NamedTuple):
    """One question: whether it has an answer, what it got (`None`: an error), and how sure the assistant was."""

    answerable: bool
    answered: bool | None
    right: bool = False
    confidence: float | None = None


class Tally(NamedTuple):
    """How many questions went which way: three for the answerable ones, two for the others, and failures."""

    right: int
    wrong: int
    refused: int
    rightly_refused: int
    wrongly_answered: int
    failed: int


class Point(NamedTuple):
    """What holds where only the surest answers are given: the share of all questions answered, and of it wrong."""

    coverage: float
    risk: float


def outcomes(rows: Iterable[Row]) -> list[Outcome]:
    """The outcomes of rows, but for greetings and the like; right is an answer whose truthfulness is 1."""
    return [
        Outcome(
            answerable=row.question.answerable,
            answered=row.answer.answered if row.answer else None,
            right=row.scores["truthfulness"] == 1,
            confidence=row.answer.confidence if row.answer else None,
        )
        for row in rows
        if row.question.answerable is not None
    ]


def tally(found: Iterable[Outcome]) -> Tally:
    """Counts which way the questions went."""
    ways = Counter(map(_way, found))
    return Tally(*(ways[name] for name in Tally._fields))


def _way(one: Outcome) -> str:
    if one.answered is None:
        return "failed"
    if not one.answerable:
        return "wrongly_answered" if one.answered else "rightly_refused"
    if not one.answered:
        return "refused"
    return "right" if one.right else "wrong"


def abstention_precision(found: Sequence[Outcome]) -> float | None:
    """|{right refusals}| / |{refusals}|; a question that failed is no refusal."""
    refusals = [not one.answerable for one in found if one.answered is False]
    return sum(refusals) / len(refusals) if refusals else None


def abstention_f1(found: Sequence[Outcome]) -> float | None:
    """2 tp / (2 tp + fp + fn) = 2 |{right refusals}| / (|{refusals}| + |{unanswerable questions}|)."""
    refusals = [not one.answerable for one in found if one.answered is False]
    either = len(refusals) + sum(not one.answerable for one in found)
    return 2 * sum(refusals) / either if either else None


def risk_coverage(found: Sequence[Outcome]) -> list[Point]:
    """A point for each confidence of an answer, from the surest on.

    Answering from confidence c on: coverage = |{answers at least as sure}| / questions, risk = |{wrong ones
    among these}| / |{answers at least as sure}|. No threshold tells equal confidences apart: they share a point.
    """
    return [Point(given / len(found), wrong / given) for given, wrong, _ in _thresholds(found)]


def aurc(found: Sequence[Outcome]) -> float | None:
    """The area under the risk-coverage curve, over the coverage it reaches; `None` where nothing was answered.

    AURC = the mean, over the answers, of the risk of the threshold that just lets the answer through (Geifman,
    Uziel and El-Yaniv, ICLR 2019). 0 is best; confidence that says nothing gives the share of wrong answers.
    """
    risks = [(wrong / given, new) for given, wrong, new in _thresholds(found)]
    answers = sum(new for _, new in risks)
    return sum(risk * new for risk, new in risks) / answers if answers else None


def confidence_auc(found: Sequence[Outcome]) -> float | None:
    """How well confidence tells the answerable from the unanswerable questions; `None` without both kinds.

    AUC = the share of pairs (answerable, unanswerable) with the answerable one surer, ties counting half: the
    Mann-Whitney statistic U / (m * n) (Mann and Whitney 1947; Hanley and McNeil 1982). 0.5 is chance.
    """
    sure = [(one.confidence, one.answerable) for one in found if one.confidence is not None]
    answerable = Counter(confidence for confidence, has_answer in sure if has_answer)
    unanswerable = Counter(confidence for confidence, has_answer in sure if not has_answer)
    if not answerable or not unanswerable:
        return None
    below, surer = 0, 0.0
    for confidence in sorted({*answerable, *unanswerable}):
        surer += answerable[confidence] * (below + unanswerable[confidence] / 2)
        below += unanswerable[confidence]
    return surer / (answerable.total() * unanswerable.total())


def _thresholds(found: Sequence[Outcome]) -> list[tuple[int, int, int]]:
    """For each confidence of an answer, from the surest on: answers so far, wrong ones so far, new answers."""
    sure = [one for one in found if one.answered and one.confidence is not None]
    given = wrong = 0
    steps = []
    for _, tied in groupby(sorted(sure, key=attrgetter("confidence"), reverse=True), attrgetter("confidence")):
        group = list(tied)
        given += len(group)
        wrong += sum(not one.right for one in group)
        steps.append((given, wrong, len(group)))
    return steps
