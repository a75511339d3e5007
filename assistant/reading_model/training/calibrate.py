"""Thresholds from documents that were held out for that, and measures of how good the model is on others."""

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from statistics import NormalDist

import numpy as np

from assistant.reading_model.both_readings import combined
from assistant.reading_model.joint import join
from assistant.reading_model.model import Calibration, Logits, Network
from assistant.reading_model.training.examples import Claim, Document, Example, Question
from assistant.refusal import signals

OVER_REFUSED = 0.1  # of the answerable questions of the calibration part
FALSELY_MARKED = 0.04  # of a strong chat model's right sentences, as a normal distribution has them: fewer are
FALSELY_FOUND = 0.05  # of passages that resemble a claim most of those which do not prove it
_RESAMPLES = 1_000


@dataclass(frozen=True)
class ReadQuestion:
    """A question with the logits of its passages; of a follow-up also of those that it is read for `alone`."""

    question: Question
    document: str
    logits: list[Logits]
    alone: list[Logits] = field(default_factory=list)

    def combined(self, share: float) -> "ReadQuestion":
        """The same as the assistant reads it: both readings of a follow-up are one (see `both_readings`)."""
        both = zip(self.logits, self.alone, strict=True) if self.alone else ()
        found = [Logits(*combined(behind, alone, share), behind.proven) for behind, alone in both]
        return replace(self, logits=found or self.logits)

    def units(self, rows: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """The logits of all units, or of all `rows` of tables, and which of them answer."""
        none = np.zeros(0)
        kept = [e.rows if rows else np.ones(len(e.rows), bool) for e in self.question.examples]
        logits = [one.units[which] for one, which in zip(self.logits, kept, strict=True)]
        wanted = [e.units_answer[which] for e, which in zip(self.question.examples, kept, strict=True)]
        return np.concatenate([none, *logits]), np.concatenate([none, *wanted])

    @property
    def best_is_right(self) -> bool:
        """Whether the best of all units answers."""
        logits, wanted = self.units()
        return bool(len(logits) and wanted[logits.argmax()])


@dataclass(frozen=True)
class ReadClaim:
    """A claim with its logits: its evidence as quoted, and as whole passages; and those of other passages."""

    claim: Claim
    document: str
    logits: list[float]
    elsewhere: list[float]


def read(network: Network, documents: Sequence[Document]) -> tuple[list[ReadQuestion], list[ReadClaim]]:
    """Every question and claim of some documents as the shipped model reads them."""

    def run(e: Example) -> Logits:
        joint = join(e.asked.astype(np.float32), e.begins, e.told.astype(np.float32), e.ranges)
        return network.run(joint, e.unit, e.passage, e.claim)

    with ThreadPoolExecutor(2) as pool:
        questions = [
            ReadQuestion(
                one,
                document.name,
                *(list(pool.map(run, some)) for some in (one.examples, one.alone)),
            )
            for document in documents
            for one in document.questions
        ]
        claims = [
            ReadClaim(
                one,
                document.name,
                [logits.proven for logits in pool.map(run, one.examples)],
                [logits.proven for logits in pool.map(run, one.elsewhere)],
            )
            for document in documents
            for one in document.claims
        ]
    return questions, claims


def calibrate(
    questions: Sequence[ReadQuestion], claims: Sequence[ReadClaim], of_chat_model: Sequence[float], sha256: str
) -> Calibration:
    """The thresholds; `of_chat_model` are the logits of right sentences that a strong model wrote.

    Of these there are so few that their own quantile would hang on two or three of them: it is that of a normal
    distribution with their mean and deviation.
    """
    behind = share_behind(questions)
    questions = [one.combined(behind) for one in questions]
    table = np.array([signals(one.logits) for one in questions])
    answerable = np.array([one.question.answerable for one in questions], dtype=float)
    weights = logistic_regression(table, answerable)
    probability = 1 / (1 + np.exp(-(weights[0] + table @ weights[1:])))
    refuse_below = float(np.quantile(probability[answerable == 1], OVER_REFUSED))
    # the logits of a follow-up, mixed of two readings, lie closer together than those of most questions
    answered = [
        one
        for one, p in zip(questions, probability, strict=True)
        if one.question.answerable and not one.alone and p >= refuse_below
    ]
    claim = _balanced(*as_read(claims))
    elsewhere = float(np.quantile([logit for one in claims for logit in one.elsewhere], 1 - FALSELY_FOUND))
    return Calibration(
        sha256=sha256,
        answers=tuple(round(float(w), 4) for w in weights),
        refuse_below=round(refuse_below, 4),
        unit_margin=round(margin := unit_margin(answered), 3),
        passage_margin=round(passage_margin(answered, margin), 3),
        row_margin=round(row_margin(answered), 3),
        earlier_weight=round(behind, 2),
        claim_threshold=round(claim, 3),
        chat_model_threshold=round(NormalDist.from_samples(of_chat_model).inv_cdf(FALSELY_MARKED), 3),
        uncited_threshold=round(max(claim, elsewhere), 3),
    )


def as_read(claims: Sequence[ReadClaim], whole: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """The logits of right and of wrong claims: with `whole` passages, as the assistant reads them, or quotes."""
    found = [(one.logits[whole], one.claim.supported) for one in claims]
    return np.array([one for one, right in found if right]), np.array([one for one, right in found if not right])


def logistic_regression(table: np.ndarray, wanted: np.ndarray, penalty: float = 1.0) -> np.ndarray:
    """Weights, the constant first, by Newton's method; every weight but the constant is held small."""
    x = np.hstack([np.ones((len(table), 1)), table])
    weights, hold = np.zeros(x.shape[1]), penalty * np.diag([0.0, *np.ones(table.shape[1])])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ weights))
        gradient = x.T @ (p - wanted) + hold @ weights
        hessian = (x * (p * (1 - p))[:, None]).T @ x + hold
        weights = weights - np.linalg.solve(hessian + 1e-9 * np.eye(len(hessian)), gradient)
    return weights


def share_behind(questions: Sequence[ReadQuestion]) -> float:
    """The share of a follow-up's reading behind the question before it with which the first unit that answers
    stands highest, by mean reciprocal rank.
    """
    followups = [one for one in questions if one.alone and one.question.answerable]

    def reciprocal_rank(share: float) -> float:
        found = []
        for logits, wanted in (one.combined(share).units() for one in followups):
            best = logits[wanted > 0].max(initial=-np.inf)  # none: it is never found
            found.append(1 / (1 + float((logits > best).sum())) if wanted.any() else 0.0)
        return float(np.mean(found)) if found else 0.0

    return float(max(np.linspace(0, 1, 11), key=reciprocal_rank))


def unit_margin(questions: Sequence[ReadQuestion]) -> float:
    """How far below the best unit's logit others may be, so that the chosen and those that answer agree best.

    By mean F2: to miss a part of an answer is worse than to say a sentence more.
    """
    distances, means, _ = _agreement([one.units() for one in questions], beta=2)
    return float(distances[means.argmax()])


def passage_margin(questions: Sequence[ReadQuestion], unit_margin: float) -> float:
    """The same for units of other passages than the best one, which come beside its own within `unit_margin`."""

    def settled(one: ReadQuestion) -> np.ndarray:
        """The logits; in the best passage of what is chosen they are the best unit's, of the rest nothing."""
        best = max(of.units.max(initial=-np.inf) for of in one.logits)
        chosen = [np.where(of.units >= best - unit_margin, best, -np.inf) for of in one.logits]
        both = zip(one.logits, chosen, strict=True)
        return np.concatenate([of_best if best in of.units else of.units for of, of_best in both])

    distances, means, _ = _agreement([(settled(one), one.units()[1]) for one in questions], beta=2)
    return float(distances[means.argmax()])


def row_margin(questions: Sequence[ReadQuestion]) -> float:
    """The same for the rows of tables below the best row, where any answers. By mean F1: other rows mislead.

    There are few such questions. So it is the least distance that is no worse than the best by more than its
    standard error (Breiman et al., Classification and Regression Trees, 1984).
    """
    rows = [one.units(rows=True) for one in questions]
    distances, means, errors = _agreement([(logits, wanted) for logits, wanted in rows if wanted.any()], beta=1)
    best = means.argmax()
    return float(distances[(means >= means[best] - errors[best]).argmax()])


def _agreement(
    read: Sequence[tuple[np.ndarray, np.ndarray]], beta: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distances, and for each how well the units no further below the best agree with those that answer.

    That is the mean and the standard error of their F-measure.
    """
    distances = np.linspace(0, 8, 161)
    found = []
    for logits, wanted in read:
        chosen = logits.max() - logits <= distances[:, None]
        right = (chosen * wanted).sum(axis=1)
        found.append((1 + beta**2) * right / (chosen.sum(axis=1) + beta**2 * wanted.sum()))
    table = np.array(found)
    return distances, table.mean(axis=0), table.std(axis=0) / math.sqrt(len(table))


def _balanced(right: np.ndarray, wrong: np.ndarray) -> float:
    """The threshold with the best balanced accuracy; of equals the middle one."""
    grid = np.unique(np.concatenate([right, wrong]))
    accuracy = np.array([balanced_accuracy(right, wrong, t) for t in grid])
    best = grid[accuracy >= accuracy.max() - 1e-9]
    return float(best[len(best) // 2])


def balanced_accuracy(right: np.ndarray, wrong: np.ndarray, threshold: float) -> float:
    """The mean of the share of right claims let through and of wrong ones marked."""
    return float(((right >= threshold).mean() + (wrong < threshold).mean()) / 2)


def interval(values: dict[str, list[float]], statistic: Callable[[list[float]], float]) -> tuple[float, float]:
    """95 %, by drawing whole documents anew: questions on one document resemble each other."""
    chance = np.random.default_rng(7)
    names = list(values)
    drawn = []
    for _ in range(_RESAMPLES):
        some = chance.choice(len(names), len(names))
        drawn.append(statistic([v for i in some for v in values[names[i]]]))
    return float(np.quantile(drawn, 0.025)), float(np.quantile(drawn, 0.975))
