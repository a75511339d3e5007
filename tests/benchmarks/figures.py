"""The figures of a run: their medians, spreads and ratios, as a table."""

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple, TypeVar

T = TypeVar("T")

OURS = "ours"


class Measure(NamedTuple):
    """What is measured. `more`: more is better."""

    name: str
    unit: str
    more: bool = False


INGEST = Measure("ingest", "tokens/s", more=True)
INGEST_SECONDS = Measure("ingest of the corpus", "s")
AGAIN = Measure("ingest of nothing new", "s")
P50 = Measure("question to passages, p50", "ms")
P95 = Measure("question to passages, p95", "ms")
COLD = Measure("cold process", "s")
DISK = Measure("index", "kB/passage")
MEASURES = (INGEST, INGEST_SECONDS, AGAIN, P50, P95, COLD, DISK)


class Figure(NamedTuple):
    """What was measured of a contestant, a value a time."""

    measure: Measure
    contestant: str
    values: list[float]


class Retrieved(NamedTuple):
    """What a contestant finds in the article and how fast; recall only compares at equal context."""

    contestant: str
    recall: float
    context: float  # tokens, the median
    p50: float  # ms, the median of the rounds
    ours_recall: float  # of ours, cut to this context
    ours_context: float
    alone_recall: float  # the same of ours without the questions beside the article


def ratios(ours: Figure, other: Figure) -> list[float]:
    """How many times as good ours is, time by time; below 1 the other is better.

    Values are compared within a round: on a machine that others use too, a round may take twice another's time.
    """
    pairs = zip(ours.values, other.values, strict=True)
    return [mine / theirs if ours.measure.more else theirs / mine for mine, theirs in pairs]


def rotated(contestants: Sequence[T], number: int) -> list[T]:
    """The order of a round: each contestant is first in one of as many rounds as there are contestants."""
    at = number % len(contestants)
    return [*contestants[at:], *contestants[:at]]


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed (nearest rank)."""
    rank = -(-len(values) * share // 1)
    return sorted(values)[max(int(rank), 1) - 1]


def table(figures: Sequence[Figure]) -> str:
    """A line for each figure, with its ratio to ours: the median over the rounds, the least and the most."""
    lines = [f"{'measure':34} {'contestant':32} {'median':>9} {'min - max':>18} {'ours is':>24}"]
    for measure in MEASURES:
        shown = [figure for figure in figures if figure.measure == measure]
        ours = next((figure for figure in shown if figure.contestant == OURS), None)
        for figure in shown:
            name, values = f"{measure.name}, {measure.unit}", figure.values
            line = f"{name:34} {figure.contestant:32} {_number(median(values)):>9}"
            line += f" {f'{_number(min(values))} - {_number(max(values))}':>18}"
            if ours and figure is not ours:
                each = ratios(ours, figure)
                line += f" {f'{median(each):.2f} x ({min(each):.2f} - {max(each):.2f})':>24}"
            lines.append(line)
    return "\n".join(lines)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def retrieved_table(rows: Sequence[Retrieved]) -> str:
    """A line for each contestant, with ours at the same context beside it."""
    head = f"{'passages of the article':32} {'recall':>7} {'context':>8} {'p50 ms':>7}"
    head += "   ours at this context; without questions"
    lines = [
        f"{row.contestant:32} {row.recall:7.3f} {row.context:8.0f} {row.p50:7.1f}"
        f"   {row.ours_recall:.3f} with {row.ours_context:4.0f}; {row.alone_recall:.3f}"
        for row in rows
    ]
    return "\n".join([head, *lines])
