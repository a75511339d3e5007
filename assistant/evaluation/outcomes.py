"""What became of each question, and what follows from that for a whole run: abstention, risk against coverage.

Selective prediction after El-Yaniv and Wiener, "On the Foundations of Noise-free Selective Classification" (JMLR
2010), and Geifman and El-Yaniv, "Selective Classification for Deep Neural Networks" (NeurIPS 2017).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from assistant.evaluation.results import Row


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


def abstention_precision(found: Sequence[Outcome]) -> float | None:
    """|{right refusals}| / |{refusals}|; a question that failed is no refusal."""
    refusals = [not one.answerable for one in found if one.answered is False]
    return sum(refusals) / len(refusals) if refusals else None


def abstention_f1(found: Sequence[Outcome]) -> float | None:
    """2 tp / (2 tp + fp + fn) = 2 |{right refusals}| / (|{refusals}| + |{unanswerable questions}|)."""
    refusals = [not one.answerable for one in found if one.answered is False]
    either = len(refusals) + sum(not one.answerable for one in found)
    return 2 * sum(refusals) / either if either else None


class Point(NamedTuple):
    """What holds where only the surest answers are given: how many those are, and how many of them are wrong."""

    answers: int
    wrong: int

    @property
    def risk(self) -> float:
        """The share of these answers that are wrong."""
        return self.wrong / self.answers


def risk_coverage(found: Iterable[Outcome]) -> list[Point]:
    """A point for each confidence of an answer, from the surest on: the answers that are at least as sure.

    No threshold tells equal confidences apart: they share a point. Coverage is the share of all questions that
    these answers are.
    """
    sure = [(one.confidence, not one.right) for one in found if one.answered and one.confidence is not None]
    points = [Point(0, 0)]
    for _, tied in groupby(sorted(sure, reverse=True), lambda pair: pair[0]):
        wrong = [is_wrong for _, is_wrong in tied]
        points.append(Point(points[-1].answers + len(wrong), points[-1].wrong + sum(wrong)))
    return points[1:]


def aurc(found: Iterable[Outcome]) -> float | None:
    """The area under the risk-coverage curve, over the coverage it reaches; `None` where nothing was answered.

    AURC = the mean, over the answers, of the risk of the threshold that just lets the answer through (Geifman,
    Uziel and El-Yaniv, ICLR 2019). 0 is best; confidence that says nothing gives the share of wrong answers.
    """
    total, answers = 0.0, 0
    for point in risk_coverage(found):
        total += point.risk * (point.answers - answers)
        answers = point.answers
    return total / answers if answers else None


def confidence_auc(found: Iterable[Outcome]) -> float | None:
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
