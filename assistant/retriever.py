"""The retriever: a dense and a lexical ranking of all passages, fused; the best read closely and by the model.

A LangChain retriever.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from assistant.conversation import turns
from assistant.reading_model.model import PassageScores
from assistant.reading_model.outline import OUTLINE_TOKENS, Outline, headings_below, outlines, places
from assistant.refusal import answerable
from assistant.scorer import Scorer
from assistant.units import units
from ingest.embeddings import MiniLM
from ingest.index import Index
from ingest.language import foreign
from ingest.passages import Passage
from ingest.text import Span

CONTEXT_TOKENS = 1_000  # what a reader gets to read, counted with tiktoken
READ_TOKENS = 600  # of the best passages the model reads so many,
_READ_MORE, _ALIKE = 1_200, 0.8  # and so many where they resemble the question nearly as much as the best one
_CANDIDATES = 50  # passages per ranking
_RERANKED = 30  # so many of the fused ranking are compared token by token
_RRF_K = 60  # Cormack, Clarke and Büttcher 2009


Scored = list[tuple[int, float]]  # positions with their scores, best first
Tokens = Sequence[int] | np.ndarray  # how many a passage has, by position


@dataclass(frozen=True)
class Ranking:
    """One ranking of passages: positions in `Index.passages` with their scores, best first."""

    name: str
    scored: Scored

    @property
    def positions(self) -> list[int]:
        """Of the passages, best first."""
        return [position for position, _ in self.scored]


class Rankings(NamedTuple):
    """By meaning and by words, these two fused, and the best of that by late interaction."""

    first: list[Ranking]
    fused: Ranking
    reranked: Ranking


@dataclass(frozen=True)
class RetrievalTrace:
    """The rankings of passages without the reading model, and what that says of the best of them."""

    rankings: Rankings
    read: Ranking
    readings: dict[int, PassageScores]  # by position
    headings: list[tuple[Passage, PassageScores]]  # below the sections of these
    answerable: float  # the probability that all that was read answers


class HybridRetriever(BaseRetriever):
    """Ranks the passages of one index by meaning (Chroma) and by words (BM25), and fuses both by rank.

    The best of these are ranked anew, by late interaction, then by the reading model. `invoke(question)` returns
    `Document`s within `CONTEXT_TOKENS`, best first; their metadata have `source`, `section`, `start`, `end`, the
    `score`, as `reading` what the model says of their units, and as `answerable` the probability that all that it
    has read answers. Behind them come the headings below the sections of the best, within `OUTLINE_TOKENS`: what a
    text lists, it often lists in headings.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: Index
    embeddings: Embeddings
    scorer: Scorer

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        trace = self.trace(query)
        chosen = fitting(CONTEXT_TOKENS, trace.read.scored, self.index.tokens)
        passages = self.index.passages.at([position for position, _ in chosen])
        found = [
            (passage, score, trace.readings[position])
            for passage, (position, score) in zip(passages, chosen, strict=True)
        ]
        found += [(one, reading.best, reading) for one, reading in trace.headings if one not in passages]
        return [_document(*one, trace.answerable) for one in found]

    def trace(self, query: str) -> RetrievalTrace:
        """The whole retrieval for a question, of which `invoke` returns the result."""
        rankings = self.rank(query)
        near = worth_reading(rankings.reranked.scored, self.index.tokens)
        passages = self.index.passages.at(near)
        headings = headings_below(
            passages, lambda source, section: self.index.headings_below(source, section, OUTLINE_TOKENS // 2)
        )
        together = outlines(headings)
        made = self.scorer.read(query, [*passages, *together])
        readings = dict(zip(near, made[: len(near)], strict=True))
        read = _ranking("read", {position: reading.best for position, reading in readings.items()})
        if self._keeps_fused_order(query, rankings.fused):
            read = Ranking("read", [pair for pair in rankings.reranked.scored if pair[0] in readings])
        of_headings = [
            found
            for outline, scores in zip(together, made[len(near) :], strict=True)
            for found in _scores_of_headings(outline, scores, headings)
        ]
        return RetrievalTrace(rankings, read, readings, of_headings, answerable(made, self.scorer.calibration))

    @cached_property
    def rank(self) -> Callable[[str], Rankings]:
        """The rankings of a question, made before the model reads; one serves all who want it."""
        return lru_cache(maxsize=64)(self._rank)

    def nearest(self, query: str, most: int) -> list[Passage]:
        """The passages that are most like a question, best first, none of which the model has read."""
        return self.index.passages.at(self.rank(query).reranked.positions[:most])

    def _rank(self, query: str) -> Rankings:
        terms = self.index.lexicon.asked_terms(query)
        asked = " ".join(reversed(turns(query)))  # the embedding model cuts what is too long at its end
        first = [
            Ranking("dense", self.index.nearest(self.embeddings.embed_query(asked), _CANDIDATES)),
            Ranking("lexical", self.index.lexicon.rank(terms, _CANDIDATES)),
        ]
        fused = fuse(first)
        if self._keeps_fused_order(query, fused):
            return Rankings(first, fused, Ranking("reranked", fused.scored[:_RERANKED]))
        positions = fused.positions[:_RERANKED]
        scores = self.scorer.rerank(query, self.index.passages.at(positions))
        return Rankings(first, fused, _ranking("reranked", dict(zip(positions, scores, strict=True))))

    def _keeps_fused_order(self, query: str, fused: Ranking) -> bool:
        """Whether the embedding model reads a language that the reading model does not: then its order stays."""
        if isinstance(self.embeddings, MiniLM) or not fused.scored:
            return False
        nearest = self.index.passages[fused.scored[0][0]]
        return foreign(query, self.index.sources[nearest.source].language) is not None


def fitting(budget: int, scored: Scored, tokens: Tokens) -> Scored:
    """The best of a ranking that fit a budget of tokens, at least one; `tokens`: how many each position has."""
    used = accumulate(int(tokens[position]) for position, _ in scored)
    return [pair for i, (pair, sum_) in enumerate(zip(scored, used, strict=True)) if i == 0 or sum_ <= budget]


def worth_reading(reranked: Scored, tokens: Tokens) -> list[int]:
    """The positions of the passages that the model reads for a question, best first."""
    best = fitting(READ_TOKENS, reranked, tokens)
    least = _ALIKE * max((score for _, score in reranked), default=0.0)
    return [one[0] for one in fitting(_READ_MORE, reranked, tokens) if one in best or one[1] >= least]


def _scores_of_headings(
    outline: Outline, scores: PassageScores, headings: Sequence[Passage]
) -> Iterator[tuple[Passage, PassageScores]]:
    """The headings of an outline, each with its part of the outline's scores; what is an order has none."""
    stand = places(outline, units(outline.text))
    for heading in headings:
        own = [i for i, at in enumerate(stand) if at == (heading.source, Span(heading.start, heading.end))]
        if own:
            yield heading, PassageScores(scores.units[own], scores.answers, scores.likeness[own])


def _document(passage: Passage, score: float, reading: PassageScores, answerable: float) -> Document:
    place = {"source": passage.source, "section": passage.section, "start": passage.start, "end": passage.end}
    read = {"score": score, "reading": reading, "answerable": answerable}
    return Document(page_content=passage.text, metadata={**place, **read})


def _ranking(name: str, scores: dict[int, float]) -> Ranking:
    """Best first; ties go to the passage that stands earlier in the document."""
    return Ranking(name, sorted(scores.items(), key=lambda pair: (-pair[1], pair[0])))


def fuse(rankings: Sequence[Ranking]) -> Ranking:
    """Reciprocal rank fusion: each ranking gives a passage 1 / (60 + its rank); the sums are ranked.

    Cormack, Clarke and Büttcher, "Reciprocal rank fusion outperforms Condorcet and individual rank learning
    methods", SIGIR 2009.
    """
    sums: dict[int, float] = {}
    for ranking in rankings:
        for rank, (position, _) in enumerate(ranking.scored, start=1):
            sums[position] = sums.get(position, 0.0) + 1 / (_RRF_K + rank)
    return _ranking("fused", sums)
