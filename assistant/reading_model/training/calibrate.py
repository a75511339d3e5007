"""Thresholds from documents that were held out for that, and a table of how good the model is on others."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from assistant.reading_model.features import UNIT_FEATURES
from assistant.reading_model.joint import join
from assistant.reading_model.model import Calibration, Logits, Network, PassageReading
from assistant.reading_model.training.examples import Claim, Document, Example, Question
from assistant.refusal import answerable, signals

OVER_REFUSED = 0.1  # of the answerable questions of the calibration part
FALSELY_MARKED = 0.02  # of a strong chat model's right sentences
FALSELY_FOUND = 0.05  # of passages that resemble a claim most of those which do not prove it
_RESAMPLES = 1_000


@dataclass(frozen=True)
class ReadQuestion:
    """A question with the logits of its passages."""

    question: Question
    document: str
    logits: list[Logits]

    @property
    def signals(self) -> tuple[float, ...]:
        """What refusal goes by."""
        return signals([one.units.tolist() for one in self.logits], [one.answers for one in self.logits])

    def answerable(self, calibration: Calibration) -> float:
        """The probability that the passages answer."""
        return answerable([PassageReading(one.units, one.answers) for one in self.logits], calibration)

    @property
    def best_is_right(self) -> bool:
        """Whether the best of all units answers."""
        pairs = zip(self.logits, self.question.examples, strict=True)
        marked = [
            pair
            for one, e in pairs
            for pair in zip(
                one.units.tolist(), (e.units_answer if e.units_answer is not None else ()), strict=True
            )
        ]
        return bool(max(marked, key=lambda pair: pair[0], default=(0, 0))[1])


@dataclass(frozen=True)
class ReadClaim:
    """A claim with its logits: its evidence as quoted, and as whole passages; and those of other passages."""

    claim: Claim
    document: str
    logits: list[float]
    elsewhere: list[float]

    @property
    def as_read(self) -> float:
        """With whole passages, as the assistant reads it."""
        return self.logits[1]


def read(network: Network, documents: Sequence[Document]) -> tuple[list[ReadQuestion], list[ReadClaim]]:
    """Every question and claim of some documents as the shipped model reads them."""
    with ThreadPoolExecutor(2) as pool:

        def run(examples: Sequence[Example]) -> Iterator[Logits]:
            return pool.map(lambda e: _run(network, e), examples)

        questions = [ReadQuestion(q, d.name, list(run(q.examples))) for d in documents for q in d.questions]
        claims = [
            ReadClaim(c, d.name, *([one.proven for one in run(some)] for some in (c.examples, c.elsewhere)))
            for d in documents
            for c in d.claims
        ]
    return questions, claims


def _run(network: Network, e: Example) -> Logits:
    joint = join(e.asked.astype(np.float32), e.begins, e.told.astype(np.float32), e.ranges)
    return network.run(joint, e.unit, e.passage, e.claim)


def calibrate(
    questions: Sequence[ReadQuestion], claims: Sequence[ReadClaim], of_chat_model: Sequence[float], sha256: str
) -> Calibration:
    """The thresholds; `of_chat_model` are the logits of right sentences that a strong model wrote."""
    table = np.array([one.signals for one in questions])
    answerable = np.array([one.question.answerable for one in questions], dtype=float)
    weights = logistic_regression(table, answerable)
    probability = 1 / (1 + np.exp(-(weights[0] + table @ weights[1:])))
    refuse_below = float(np.quantile(probability[answerable == 1], OVER_REFUSED))
    answered = [
        one for one, p in zip(questions, probability, strict=True) if one.question.answerable and p >= refuse_below
    ]
    right = np.array([one.as_read for one in claims if one.claim.supported])
    wrong = np.array([one.as_read for one in claims if not one.claim.supported])
    claim = _balanced(right, wrong)
    elsewhere = float(np.quantile([logit for one in claims for logit in one.elsewhere], 1 - FALSELY_FOUND))
    return Calibration(
        sha256=sha256,
        answers=tuple(round(float(w), 4) for w in weights),
        refuse_below=round(refuse_below, 4),
        further=round(further_units(answered), 3),
        further_row=round(further_rows(answered), 3),
        claim=round(claim, 3),
        claim_of_chat_model=round(float(np.quantile(of_chat_model, FALSELY_MARKED)), 3),
        claim_elsewhere=round(max(claim, elsewhere), 3),
    )


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


def further_units(questions: Sequence[ReadQuestion]) -> float:
    """How far below the best unit's logit others may be, so that the chosen and those that answer agree best.

    By mean F2: to miss a part of an answer is worse than to say a sentence more.
    """
    return _furthest([_marked(one) for one in questions], beta=2)


def further_rows(questions: Sequence[ReadQuestion]) -> float:
    """The same for the rows of tables below the best row, where that answers. By mean F1: other rows mislead."""
    is_row = UNIT_FEATURES.index("is a row")
    rows = [_marked(one, is_row) for one in questions]
    return _furthest([(below, wanted) for below, wanted in rows if wanted.any()], beta=1)


Marked = tuple[np.ndarray, np.ndarray]  # how far each unit is below the best, and whether it answers


def _marked(one: ReadQuestion, feature: int | None = None) -> Marked:
    """The units of a question's passages; `feature`: only those that have this one."""
    pairs = [(u, e) for u, e in zip(one.logits, one.question.examples, strict=True) if e.units_answer is not None]
    kept = [np.ones(len(u.units), bool) if feature is None else e.unit[:, feature] > 0 for u, e in pairs]
    logits = np.concatenate([u.units[k] for (u, _), k in zip(pairs, kept, strict=True)])
    wanted = np.concatenate([e.units_answer[k] for (_, e), k in zip(pairs, kept, strict=True)])
    return logits.max(initial=-np.inf) - logits, wanted


def _furthest(marked: Sequence[Marked], beta: float) -> float:
    """The distance at which those that are no further and those that answer agree best: by mean F-beta."""

    def agreement(distance: float) -> float:
        found = []
        for below, wanted in marked:
            chosen = below <= distance
            right = float(wanted[chosen].sum())
            found.append((1 + beta**2) * right / float(chosen.sum() + beta**2 * wanted.sum()))
        return float(np.mean(found))

    return float(max(np.linspace(0, 8, 161), key=agreement))


def _balanced(right: np.ndarray, wrong: np.ndarray) -> float:
    """The threshold with the best balanced accuracy; of equals the middle one."""
    grid = np.unique(np.concatenate([right, wrong]))
    accuracy = np.array([balanced_accuracy(right, wrong, t) for t in grid])
    best = grid[accuracy >= accuracy.max() - 1e-9]
    return float(best[len(best) // 2])


def balanced_accuracy(right: np.ndarray, wrong: np.ndarray, threshold: float) -> float:
    """The mean of the share of right claims let through and of wrong ones marked."""
    return float(((right >= threshold).mean() + (wrong < threshold).mean()) / 2)


def auc(positive: Sequence[float] | np.ndarray, negative: Sequence[float] | np.ndarray) -> float:
    """The share of pairs in which the positive one is higher; ties count half."""
    p, n = np.asarray(positive), np.sort(np.asarray(negative))
    below, upto = np.searchsorted(n, p, "left"), np.searchsorted(n, p, "right")
    return float((below + upto).mean() / 2 / len(n)) if len(p) and len(n) else float("nan")


def interval(values: dict[str, list[float]], statistic: Callable[[list[float]], float]) -> tuple[float, float]:
    """95 %, by drawing whole documents anew: questions on one document resemble each other."""
    chance = np.random.default_rng(7)
    names = list(values)
    drawn = []
    for _ in range(_RESAMPLES):
        some = chance.choice(len(names), len(names))
        drawn.append(statistic([v for i in some for v in values[names[i]]]))
    return float(np.quantile(drawn, 0.025)), float(np.quantile(drawn, 0.975))
