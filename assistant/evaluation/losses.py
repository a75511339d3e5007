"""The questions that a run lost: at which stage, and what a person needs to see why."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from assistant.answers import Answer
from assistant.evaluation.metrics import IN_CONTEXT, stated
from assistant.evaluation.places import Corpus, Place, best_share, places_of
from assistant.evaluation.questions import QuestionItem
from assistant.evaluation.results import Row
from assistant.evaluation.scoring import Scores

STAGES = {
    "failed": "The run got no answer: an error or a time-out.",
    "not in the corpus": "A quote of the expected evidence stands in no document.",
    "split across passages": "The passages hold only a part of a quote; the rest lies in another passage.",
    "not retrieved": "No retrieved passage holds any of a quote that the answer needs.",
    "retrieved but not used": "The passages held the evidence; the answer leaves a fact (or a quote) out.",
    "used but miscited": "Every fact is said (so it counts as right), but no citation points at the evidence.",
    "said what it must not": "Every fact is said, and with them something that a right answer never says.",
    "wrong refusal": "The passages held the evidence, but the assistant refused.",
    "missing refusal": "The documents do not say, but the assistant answered.",
    "greeting not returned": "No question about the documents, but it was refused, or answered with a citation.",
}


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
                said = stated(row.question.facts, row.answer.text if row.answer else "")
                facts = [Fact(*pair) for pair in zip(row.question.facts, said, strict=True)]
                listed.setdefault(stage, []).append(Loss(row, facts))
    stages = [stage for stage in STAGES if counts[stage]]
    return Losses({s: counts[s] for s in stages}, {s: listed.get(s, []) for s in stages}, held)


def lost_at(item: QuestionItem, answer: Answer | None, scores: Scores, corpus: Corpus) -> str | None:
    """The stage that lost a question, a key of `STAGES`; `None` where nothing was lost.

    An answer that misses a fact (where none is named: a quote of the evidence), or a refusal, was lost by
    retrieval where that did not bring the whole evidence, else by the reader. An answer with every fact is lost
    where it also says something forbidden, and miscited where the corpus has its evidence, but no citation
    overlaps any of it by half of the shorter span.
    """
    if answer is None:
        return "failed"
    if not item.answerable:
        return _lost_without_answer(item, answer, scores)
    evidence = [corpus.find(quote) for quote in item.evidence]
    told = scores["fact_recall"] if item.facts else scores["gold_citation_recall"]
    if answer.answered and told == 1.0:
        if scores["forbidden_hits"]:
            return "said what it must not"
        miscited = evidence and all(evidence) and not scores["gold_citation_precision"]
        return "used but miscited" if miscited else None
    by_reader = "retrieved but not used" if answer.answered else "wrong refusal"
    return _lost_by_retrieval(evidence, answer) or by_reader


def _lost_without_answer(item: QuestionItem, answer: Answer, scores: Scores) -> str | None:
    if item.answerable is None:
        return None if scores["useful"] else "greeting not returned"
    return "missing refusal" if answer.answered else None


def _lost_by_retrieval(evidence: list[list[Place]], answer: Answer) -> str | None:
    if not all(evidence):
        return "not in the corpus"
    retrieved = places_of([(p.source, p.start, p.end) for p in answer.passages])
    least = min((best_share(places, retrieved) for places in evidence), default=1.0)
    if least >= IN_CONTEXT:
        return None
    return "split across passages" if least else "not retrieved"
