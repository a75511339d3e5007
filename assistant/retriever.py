"""The retriever: a dense and a lexical ranking of all passages, fused; the best compared token by token.

A LangChain retriever.
"""

from collections.abc import Callable, Sequence
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
from assistant.scorer import Scorer
from ingest.embeddings import MiniLM
from ingest.index import Index
from ingest.language import foreign
from ingest.passages import Passage

CONTEXT_TOKENS = 1_200  # what a reader gets to read at most, counted with tiktoken; of the best passages
_AT_LEAST, _ALIKE = 600, 0.8  # so many, and the others where they resemble the question nearly as much as the best
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


class HybridRetriever(BaseRetriever):
    """Ranks the passages of one index by meaning (Chroma) and by words (BM25), and fuses both by rank.

    The best of these are ranked anew, by late interaction. `invoke(question)` returns `Document`s within
    `CONTEXT_TOKENS`, best first; their metadata have `source`, `section`, `start`, `end` and the `score`.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: Index
    embeddings: Embeddings
    scorer: Scorer

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        reranked = self.rank(query).reranked.scored
        scores, near = dict(reranked), worth_reading(reranked, self.index.tokens)
        return [
            _document(passage, scores[position])
            for passage, position in zip(self.index.passages.at(near), near, strict=True)
        ]

    @cached_property
    def rank(self) -> Callable[[str], Rankings]:
        """The rankings of a question; one serves all who want it."""
        return lru_cache(maxsize=64)(self._rank)

    def nearest(self, query: str, most: int) -> list[Passage]:
        """The passages that are most like a question, best first, however long they are."""
        return self.index.passages.at(self.rank(query).reranked.positions[:most])

    def _rank(self, query: str) -> Rankings:
        terms = self.index.lexicon.asked_terms(query)
        asked = " ".join(reversed(turns(query)))  # the embedding model cuts what is too long at its end
        first = [
            Ranking("dense", self.index.nearest(self.embeddings.embed_query(asked), _CANDIDATES)),
            Ranking("lexical", self.index.lexicon.rank(terms, _CANDIDATES)),
        ]
        fused = fuse(first)
        if self.keeps_fused_order(query, fused):
            return Rankings(first, fused, Ranking("reranked", fused.scored[:_RERANKED]))
        positions = fused.positions[:_RERANKED]
        scores = self.scorer.rerank(query, self.index.passages.at(positions))
        return Rankings(first, fused, _ranking("reranked", dict(zip(positions, scores, strict=True))))

    def keeps_fused_order(self, query: str, fused: Ranking) -> bool:
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
    """The positions of the passages that a reader gets for a question, best first."""
    best = fitting(_AT_LEAST, reranked, tokens)
    least = _ALIKE * max((score for _, score in reranked), default=0.0)
    return [one[0] for one in fitting(CONTEXT_TOKENS, reranked, tokens) if one in best or one[1] >= least]


def _document(passage: Passage, score: float) -> Document:
    place = {"source": passage.source, "section": passage.section, "start": passage.start, "end": passage.end}
    return Document(page_content=passage.text, metadata={**place, "score": score})


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
