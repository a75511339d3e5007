"""Means with bootstrap intervals, and paired comparison of two runs by permutation."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict

RESAMPLES = 2_000
_AT_ONCE = 100_000  # values: all resamples of 5,000 questions would take 80 MB
_SEED = 20_231  # so that two reports over the same rows are the same

Statistic = Callable[..., np.ndarray]  # of values, along an axis


class Figure(BaseModel):
    """A value with its 95 % interval, and over how many questions it is defined.

    `value` is `None` where it is defined for no question; `low` and `high` also where it has no interval.
    """

    model_config = ConfigDict(frozen=True)

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int


class Difference(NamedTuple):
    """A paired mean difference (this run minus the other), its 95 % interval, p-value, and the number of pairs."""

    value: float
    low: float
    high: float
    p: float
    n: int


def mean(values: Sequence[float | None], of: Statistic = np.mean) -> Figure:
    """The mean (or another statistic) of the defined values.

    With its percentile bootstrap interval (Efron and Tibshirani 1993).
    """
    defined = np.array([value for value in values if value is not None], dtype=float)
    if not len(defined):
        return Figure(value=None, n=0)
    low, high = _interval(defined, of)
    return Figure(value=float(of(defined)), low=low, high=high, n=len(defined))


def median(values: Sequence[float | None]) -> Figure:
    """The median of the defined values with its percentile bootstrap interval."""
    return mean(values, np.median)


def difference(here: Sequence[float | None], there: Sequence[float | None]) -> Difference | None:
    """The mean of the paired differences; `None` where no question is defined in both runs.

    p is two-sided, from random flips of the pairs' signs: (1 + flips at least as far) / (1 + flips).
    """
    pairs = [(a, b) for a, b in zip(here, there, strict=True) if a is not None and b is not None]
    if not pairs:
        return None
    deltas = np.array([a - b for a, b in pairs], dtype=float)
    generator, n = np.random.default_rng(_SEED), len(deltas)
    flipped = _batched(n, lambda rows: generator.choice((-1.0, 1.0), size=(rows, n)) @ deltas / n)
    further = int((np.abs(flipped) >= abs(deltas.mean()) - 1e-12).sum())
    return Difference(float(deltas.mean()), *_interval(deltas, np.mean), (1 + further) / (1 + RESAMPLES), n)


def smallest_difference(n: int) -> float:
    """How far two proportions of `n` questions each must lie apart to be told apart, in the worst case (p = 1/2).

    1.96 * sqrt(2 * 0.25 / n), the half-width of the 95 % interval of their difference; at most 1.
    """
    return min(float(1.96 * np.sqrt(0.5 / n)), 1.0) if n else 1.0


def _interval(values: np.ndarray, of: Statistic) -> tuple[float, float]:
    generator, n = np.random.default_rng(_SEED), len(values)
    resampled = _batched(n, lambda rows: of(values[generator.integers(0, n, (rows, n))], axis=1))
    low, high = np.percentile(resampled, [2.5, 97.5])
    return float(low), float(high)


def _batched(n: int, draw: Callable[[int], np.ndarray]) -> np.ndarray:
    """What `draw` makes of all resamples of `n` values, drawn so many at a time as fit into memory."""
    most = max(1, _AT_ONCE // n)
    return np.concatenate([draw(min(most, RESAMPLES - begun)) for begun in range(0, RESAMPLES, most)])


def auc(positive: np.ndarray, negative: np.ndarray) -> float:
    """The share of pairs in which the positive one is higher, ties counting half; 0.5 is chance.

    The Mann-Whitney statistic U / (m * n) (Mann and Whitney 1947; Hanley and McNeil 1982). Neither may be empty.
    """
    ordered = np.sort(negative)
    below, upto = np.searchsorted(ordered, positive, "left"), np.searchsorted(ordered, positive, "right")
    return float((below + upto).mean() / 2 / len(ordered))
