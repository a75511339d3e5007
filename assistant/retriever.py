"""The retriever: a dense and a lexical ranking of all passages, fused, and the best read closely.

A LangChain retriever.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from assistant.evidence import Evidence
from assistant.question import analyse, halves
from ingest.index import Index
from ingest.passages import Passage
from ingest.text import count_tokens

CONTEXT_TOKENS = 1_000  # what a reader gets to read, counted with tiktoken
OUTLINE_TOKENS = 500  # of headings besides, for a question for a list
_CANDIDATES = 50  # passages per ranking
_READ = 30  # so many of the fused ranking are read closely
_OUTLINED = 6  # so many of the best passages are looked at for headings below theirs
_RRF_K = 60  # Cormack, Clarke and Büttcher 2009


@dataclass(frozen=True)
class Ranking:
    """One ranking of passages: positions in `Index.passages` with their scores, best first."""

    name: str
    scored: list[tuple[int, float]]


@dataclass(frozen=True)
class Explanation:
    """Both rankings (for each half of a comparison), their fusion, and its best passages by their best unit."""

    rankings: list[Ranking]
    fused: Ranking
    read: Ranking


class HybridRetriever(BaseRetriever):
    """Ranks the passages of one index by meaning (Chroma) and by words (BM25), and fuses both by rank.

    The best of these are ranked anew by how well their best unit answers (see `Evidence`).

    `invoke(question)` returns `Document`s within `CONTEXT_TOKENS`, best first, with `source`, `section`,
    `start`, `end` and `score` in their metadata. A question about both sides is also asked for each side, and
    the best passage of each side is always among the results. Behind them a question for a list or a count
    gets the headings below the best sections, within `OUTLINE_TOKENS`.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: Index
    embeddings: Embeddings
    evidence: Evidence

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        chosen = self._within_budget(self.explain(query))
        found = [_document(self.index.passages[position], score) for position, score in chosen]
        if analyse(query).kind in ("list", "count"):
            found += self._outline(chosen)
        return found

    def _outline(self, chosen: list[tuple[int, float]]) -> list[Document]:
        """The headings right below the sections of `chosen`: what a text lists, it often lists in headings.

        A section's headings are all there or, where they do not fit, none: half of them would be a wrong list.
        """
        taken = self.index.passages.at([position for position, _ in chosen])
        outline: list[Document] = []
        room, most = OUTLINE_TOKENS, OUTLINE_TOKENS // 2  # a heading has a sign and a word at least
        for above, (_, score) in zip(taken[:_OUTLINED], chosen, strict=False):
            headings = self.index.headings_below(above.source, above.section, most)
            below = [one for one in headings if one not in taken]
            needed = sum(count_tokens(heading.text) for heading in below)
            if needed <= room:
                taken += below
                outline += [_document(heading, score) for heading in below]
                room -= needed
        return outline

    def explain(self, query: str) -> Explanation:
        """The rankings behind the result for `query`."""
        parts = list(dict.fromkeys([query, *halves(analyse(query))]))
        vectors = (
            self.embeddings.embed_documents(parts) if len(parts) > 1 else [self.embeddings.embed_query(query)]
        )
        rankings = []
        for part, vector in zip(parts, vectors, strict=True):
            rankings.append(Ranking(f"dense: {part}", self.index.nearest(vector, _CANDIDATES)))
            terms = self.index.lexicon.asked_terms(part)
            rankings.append(Ranking(f"lexical: {part}", self.index.lexicon.rank(terms, _CANDIDATES)))
        fused = fuse(rankings)
        return Explanation(rankings, fused, self._read(query, fused))

    def _read(self, query: str, fused: Ranking) -> Ranking:
        """The best passages of a ranking, ranked by the score of their best unit."""
        question = analyse(query)
        positions = [position for position, _ in fused.scored[:_READ]]
        best: dict[int, float] = {}
        for part in dict.fromkeys([query, *halves(question)]):
            for candidate in self.evidence.rank(analyse(part), self.index.passages.at(positions)):
                position = positions[candidate.number - 1]
                best[position] = max(candidate.score, best.get(position, candidate.score))
        return Ranking("read", sorted(best.items(), key=lambda pair: (-pair[1], pair[0])))

    def _within_budget(self, explanation: Explanation) -> list[tuple[int, float]]:
        """The best that fit, the best of each half among them."""
        must = {ranking.scored[0][0] for ranking in explanation.rankings[2:] if ranking.scored}
        order = sorted(explanation.read.scored, key=lambda pair: (pair[0] not in must, -pair[1]))
        chosen: list[tuple[int, float]] = []
        used = 0
        for position, score in order:
            used += int(self.index.tokens[position])
            if chosen and used > CONTEXT_TOKENS:
                break
            chosen.append((position, score))
        return sorted(chosen, key=lambda pair: -pair[1])


def _document(passage: Passage, score: float) -> Document:
    place = {"source": passage.source, "section": passage.section, "start": passage.start, "end": passage.end}
    return Document(page_content=passage.text, metadata={**place, "score": score})


def fuse(rankings: Sequence[Ranking]) -> Ranking:
    """Reciprocal rank fusion: each ranking gives a passage 1 / (60 + its rank); the sums are ranked.

    Cormack, Clarke and Büttcher, "Reciprocal rank fusion outperforms Condorcet and individual rank learning
    methods", SIGIR 2009. Ties go to the passage that stands earlier in the document.
    """
    sums: dict[int, float] = {}
    for ranking in rankings:
        for rank, (position, _) in enumerate(ranking.scored, start=1):
            sums[position] = sums.get(position, 0.0) + 1 / (_RRF_K + rank)
    return Ranking("fused", sorted(sums.items(), key=lambda pair: (-pair[1], pair[0])))
