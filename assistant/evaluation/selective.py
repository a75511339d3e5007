"""Risk against coverage: does an assistant that is surer also err less? Pure functions.

Selective prediction after El-Yaniv and Wiener, "On the Foundations of Noise-free Selective Classification" (JMLR
2010), and Geifman and El-Yaniv, "Selective Classification for Deep Neural Networks" (NeurIPS 2017).
"""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from assistant.answers import Answer


class Outcome(NamedTuple):
    """One question: how sure the assistant was, and how it went."""

    confidence: float
    answerable: bool
    answered: bool
    wrong: bool  # answered, and not rightly


class Point(NamedTuple):
    """What holds where only the surest answers are given: the share of all questions answered, and of it wrong."""

    coverage: float
    risk: float


def outcome(answerable: bool, answer: Answer | None, truthfulness: float | None) -> Outcome | None:
    """The outcome of a row; `None` where it failed or its answer has no confidence. Wrong: truthfulness < 0."""
    if answer is None or answer.confidence is None:
        return None
    return Outcome(answer.confidence, answerable, answer.answered, (truthfulness or 0) < 0)


def risk_coverage(outcomes: Sequence[Outcome], questions: int) -> list[Point]:
    """A point for each confidence of an answer, from the surest on, out of so many questions in all.

    Answering from confidence c on: coverage = |{answers at least as sure}| / questions, risk = |{wrong ones
    among these}| / |{answers at least as sure}|. No threshold tells equal confidences apart: they share a point.
    """
    return [Point(given / questions, wrong / given) for given, wrong, _ in _thresholds(outcomes)]


def aurc(outcomes: Sequence[Outcome]) -> float | None:
    """The area under the risk-coverage curve, over the coverage it reaches; `None` where nothing was answered.

    AURC = the mean, over the answers, of the risk of the threshold that just lets the answer through (Geifman,
    Uziel and El-Yaniv, ICLR 2019). 0 is best; confidence that says nothing gives the share of wrong answers.
    """
    risks = [(wrong / given, new) for given, wrong, new in _thresholds(outcomes)]
    answers = sum(new for _, new in risks)
    return sum(risk * new for risk, new in risks) / answers if answers else None


def confidence_auc(outcomes: Sequence[Outcome]) -> float | None:
    """How well confidence tells the answerable from the unanswerable questions; `None` without both kinds.

    AUC = the share of pairs (answerable, unanswerable) with the answerable one surer, ties counting half: the
    Mann-Whitney statistic U / (m * n) (Mann and Whitney 1947; Hanley and McNeil 1982). 0.5 is chance.
    """
    answerable = Counter(o.confidence for o in outcomes if o.answerable)
    unanswerable = Counter(o.confidence for o in outcomes if not o.answerable)
    if not answerable or not unanswerable:
        return None
    below, surer = 0, 0.0
    for confidence in sorted({*answerable, *unanswerable}):
        surer += answerable[confidence] * (below + unanswerable[confidence] / 2)
        below += unanswerable[confidence]
    return surer / (answerable.total() * unanswerable.total())


def _thresholds(outcomes: Sequence[Outcome]) -> list[tuple[int, int, int]]:
    """For each confidence of an answer, from the surest on: answers so far, wrong ones so far, new answers."""
    sorted_ = sorted((o for o in outcomes if o.answered), key=attrgetter("confidence"), reverse=True)
    given = wrong = 0
    steps = []
    for _, tied in groupby(sorted_, key=attrgetter("confidence")):
        group = list(tied)
        given += len(group)
        wrong += sum(o.wrong for o in group)
        steps.append((given, wrong, len(group)))
    return steps
