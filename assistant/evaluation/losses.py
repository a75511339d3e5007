"""What became of the questions of a run, and those that were lost, with all that a person needs to see why."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from assistant.evaluation.glossary import STAGES
from assistant.evaluation.metrics import fact_recall
from assistant.evaluation.questions import Corpus
from assistant.evaluation.run import Row
from assistant.evaluation.scoring import lost_at


class Fact(NamedTuple):
    """A key fact by its phrasings, and whether the answer says it."""

    phrasings: tuple[str, ...]
    said: bool


class Loss(NamedTuple):
    """A question that was lost."""

    row: Row
    facts: list[Fact]


@dataclass(frozen=True)
class Losses:
    """How many questions each stage lost, in the order of `STAGES`, and the first of them.

    Questions that are held back are counted and never listed: what is seen is tuned to.
    """

    counts: dict[str, int]
    listed: dict[str, list[Loss]]
    held: int

    @property
    def total(self) -> int:
        """How many questions were lost."""
        return sum(self.counts.values())

    @property
    def shown(self) -> int:
        """How many of them are listed."""
        return sum(map(len, self.listed.values()))


class Tally(NamedTuple):
    """How many questions went which way: three for the answerable ones, two for the others, and failures."""

    right: int
    wrong: int
    refused: int
    rightly_refused: int
    wrongly_answered: int
    failed: int


def tally(rows: Iterable[Row]) -> Tally:
    """Counts what became of the questions; right is an answer with every fact and nothing forbidden."""
    ways = Counter(map(_way, rows))
    return Tally(*(ways[name] for name in Tally._fields))


def losses(rows: Iterable[Row], corpus: Corpus, most: int) -> Losses:
    """Every loss is counted, the first `most` are kept: a row holds its passages and takes about 10 KB."""
    counts: Counter[str] = Counter()
    listed: dict[str, list[Loss]] = {}
    held = 0
    for row in rows:
        if stage := lost_at(row.question, row.answer, row.scores, corpus):
            counts[stage] += 1
            held += row.question.split == "held"
            if row.question.split != "held" and counts.total() - held <= most:
                listed.setdefault(stage, []).append(Loss(row, _facts(row)))
    stages = [stage for stage in STAGES if counts[stage]]
    return Losses({s: counts[s] for s in stages}, {s: listed.get(s, []) for s in stages}, held)


def _way(row: Row) -> str:
    if row.answer is None:
        return "failed"
    if not row.question.answerable:
        return "wrongly_answered" if row.answer.answered else "rightly_refused"
    if not row.answer.answered:
        return "refused"
    return "right" if row.scores["truthfulness"] == 1 else "wrong"


def _facts(row: Row) -> list[Fact]:
    text = row.answer.text if row.answer else ""
    return [Fact(phrasings, fact_recall([phrasings], text) == 1) for phrasings in row.question.facts]
