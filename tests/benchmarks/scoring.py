"""How much of the evidence was found, in how much context: recall can only be compared at equal context."""

from collections.abc import Sequence
from statistics import fmean, median
from typing import NamedTuple

from assistant.evaluation.matching import Corpus, SourceSpan
from assistant.evaluation.metrics import evidence_recall
from ingest.sources import Source
from ingest.text import count_tokens
from tests.benchmarks.contestant import Found

ENCODING = "o200k_base"


class Retrieval(NamedTuple):
    """Over all questions: the mean share of the evidence quotes retrieved, the median context in tokens."""

    recall: float
    context: float


def retrieval(source: Source, evidence: Sequence[Sequence[str]], found: Sequence[Sequence[Found]]) -> Retrieval:
    """Scores what was found for each question against its evidence quotes.

    A quote counts where at least 90 % of its characters were retrieved, as in the project's own evaluation.
    Raises `ValueError` where a span does not hold the text that it came with: its recall would mean nothing.
    """
    corpus = Corpus({source.name: source})
    recalls = []
    for quotes, spans in zip(evidence, found, strict=True):
        for span in spans:
            if source.text[span.start : span.end] != span.text:
                raise ValueError(f"{span.start}:{span.end} is not {span.text[:60]!r}")
        places = [SourceSpan(source.name, span.start, span.end) for span in spans]
        recalls.append(evidence_recall([corpus.find(quote) for quote in quotes], places))
    defined = [recall for recall in recalls if recall is not None]
    return Retrieval(fmean(defined), median(map(context, found)))


def context(found: Sequence[Found]) -> int:
    """The tokens of the texts that a reader gets."""
    return sum(size(span.text) for span in found)


def cut(found: Sequence[Found], budget: float) -> list[Found]:
    """The best that fit into a budget of tokens, one at least."""
    kept: list[Found] = []
    room = budget
    for span in found:
        room -= size(span.text)
        if kept and room < 0:
            break
        kept.append(span)
    return kept


def size(text: str) -> int:
    """The tokens of a text."""
    return count_tokens(text, ENCODING)
